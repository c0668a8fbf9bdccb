"""Which tests execute a line, and which of them are near it."""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from benchmarks.mutants import Mutant

FAR, LOOKED, AT_ONCE = (
    6,
    40,
    8,
)  # imports between a test and a module; test functions that are asked whether they execute a line


class Nearest:
    """Test functions by how many imports lie between what their words name and a module."""

    def __init__(self, root: Path) -> None:
        self.modules = {_module(path, root): path for path in sorted((root / "workbench").rglob("*.py"))}
        trees = {name: ast.parse(path.read_text()) for name, path in self.modules.items()}
        self.defined = defaultdict(set)
        for name, tree in trees.items():
            for node in tree.body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    self.defined[node.name].add(name)
        self.importers = defaultdict(set)
        for name, tree in trees.items():
            for imported in self._imported(tree):
                self.importers[imported].add(name)
        self.tests = [test for path in sorted((root / "tests").rglob("test_*.py")) for test in self._read(path, root)]

    def of(self, mutant: Mutant) -> list[str]:
        """The test functions that come near, the nearest first; a word that a file shares with it counts, too."""
        module = _module(Path(mutant.path), Path())
        words, far, edge = set(module.split(".")), {module: 0}, {module}
        for distance in range(1, FAR + 1):
            edge = {user for name in edge for user in self.importers[name]} - set(far)
            far |= dict.fromkeys(edge, distance)
        ranked = sorted(
            (min(far[name] for name in named & set(far)) - len(words & _words(test)), place)
            for place, (test, named) in enumerate(self.tests)
            if named & set(far)
        )
        return [self.tests[place][0] for _, place in ranked]

    def _imported(self, tree: ast.AST) -> set[str]:
        """The modules that a file takes something from: where a name is defined, not where it is handed on."""
        found = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("workbench"):
                for name in node.names:
                    found |= self._homes(node.module, name.name)
        return found

    def _homes(self, module: str, name: str) -> set[str]:
        if f"{module}.{name}" in self.modules:
            return {f"{module}.{name}"}
        package = module if module not in self.modules or self.modules[module].name == "__init__.py" else ""
        homes = {home for home in self.defined[name] if home == module or (package and home.startswith(package))}
        return homes or ({module} if module in self.modules else set())

    def _read(self, path: Path, root: Path) -> Iterator[tuple[str, set[str]]]:
        """The tests of a file, and the modules of what they name, their helpers and fixtures included."""
        tree = ast.parse(path.read_text())
        if "browser" in path.name or "pytest.mark.browser" in path.read_text():
            return
        homes = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("workbench"):
                for name in node.names:
                    homes[name.asname or name.name] = (node.module, self._homes(node.module, name.name))
        own = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        for name in own:
            if name.startswith("test_"):
                yield f"{path.relative_to(root)}::{name}", self._named(own, homes, name, set())

    def _named(self, own: dict, homes: dict, name: str, seen: set[str]) -> set[str]:
        seen.add(name)
        found = set()
        for node in ast.walk(own[name]):
            word = node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else ""
            if word in own and word not in seen:
                found |= self._named(own, homes, word, seen)
            if word in homes:
                found |= homes[word][1]
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in homes:
                module, _ = homes[node.value.id]
                found |= self._homes(f"{module}.{node.value.id}", node.attr)
        return found


def _module(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts if path.is_absolute() else path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _words(test: str) -> set[str]:
    return set(re.split(r"[/_.:]", test.partition("::")[0]))


class Executing:
    """Which tests execute a mutated line, as `forking.Lines` writes it of those that are asked for."""

    def __init__(self, nearest: Nearest, collected: list[str], trace: Callable[[list[str]], None]) -> None:
        self.nearest, self.trace = nearest, trace
        self.cases: defaultdict[str, list[str]] = defaultdict(list)
        for case in collected:
            self.cases[case.partition("[")[0]].append(case)
        self.known: set[str] = set()
        self.seconds: dict[str, float] = {}
        self.lines: dict[str, dict[str, set[int]]] = {}

    def read(self, rows: list[dict]) -> None:
        """What is written: a test that fails without a mutant says nothing about one."""
        for row in rows:
            self.known.add(row["test"].partition("[")[0])
            if row["passed"]:
                self.seconds[row["test"]] = row["seconds"]
                self.lines[row["test"]] = {path: set(numbers) for path, numbers in row["lines"].items()}

    def of(self, mutant: Mutant, number: int) -> Iterator[list[str]]:
        """The cases of test functions that execute it, some at a time: so many of the nearest, then known others."""
        order, near = [test for test in self.nearest.of(mutant) if test in self.cases][:LOOKED], set()
        order.sort(key=lambda test: test not in self.known)  # what has been asked before costs nothing
        while order and len(near) < number:
            some = AT_ONCE if mutant.inside else LOOKED  # what is imported anew takes seconds
            asked, order = order[:some], order[some:]
            self.trace([case for test in asked if test not in self.known for case in self.cases[test]])
            self.known |= set(asked)
            reaching = [test for test in asked if self._reaching(mutant, test)][: number - len(near)]
            near |= set(reaching)
            yield self._cases(mutant, reaching)
        yield self._cases(mutant, self.known - near)

    def _cases(self, mutant: Mutant, tests: Iterable[str]) -> list[str]:
        """The cheapest first."""
        return sorted((case for test in tests for case in self._reaching(mutant, test)), key=self.seconds.__getitem__)

    def _reaching(self, mutant: Mutant, test: str) -> list[str]:
        """The cases of a test function that execute the line; of a constant or a field, that use its module."""
        reach = set(range(mutant.first, mutant.last + 1))
        inside = [(case, self.lines[case].get(mutant.path, set())) for case in self.cases[test] if case in self.lines]
        return [case for case, lines in inside if (reach & lines if mutant.inside else lines)]
