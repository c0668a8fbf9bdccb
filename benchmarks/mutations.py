"""Which small mistakes in numbers that a person reads would the nearest tests notice? See docs/decisions/mutations.md.

    python -m benchmarks.mutations --seed 13 --mutants 220 --into mutants.jsonl

One mutation of one line at a time, made by Cosmic Ray in a copy of HEAD; the nearest tests are run until one fails:
those whose words name the module, then those that name what imports it. `--only PATH:LINE` runs again what survived,
after `--tests`. Needs `cosmic-ray`, in an environment of its own that sees ours.
"""

import argparse
import ast
import gc
import importlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, FunctionType

import parso
import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator

FILES = (
    *("workbench/analysis/**/*.py", "workbench/tuning/**/*.py"),
    *(f"workbench/app/compare/{name}.py" for name in ("columns", "lines", "pin_list", "tables")),
    *(f"workbench/app/information/{name}.py" for name in ("errors", "looks", "pictures")),
    *(f"workbench/app/laboratory/{n}.py" for n in ("calibration", "course", "curvature", "picture", "plane")),
    *(f"workbench/app/run/{name}.py" for name in ("curves", "interval_row", "pixel_row", "stages", "timeline")),
    *(f"workbench/app/spectrum/{name}.py" for name in ("basis", "modes", "shares", "speed")),
    *(f"workbench/app/{name}.py" for name in ("choose/view", "hands/profile_row", "runs/run_table", "sweep/plots")),
    *(f"workbench/app/{name}.py" for name in ("serving/server_numbers", "toolkit/figures", "toolkit/words")),
    *("workbench/app/uncertainty/*.py", "workbench/live/formulation/*.py", "workbench/live/studies/*.py"),
    *(f"workbench/live/{n}.py" for n in ("caps", "cut", "finding", "frames", "images", "pixel", "planes", "spectra")),
    *(f"workbench/live/{n}.py" for n in ("telling", "uncertainty", "volumes", "controls/scale", "hands/windows")),
    *(f"workbench/live/{name}.py" for name in ("pins/beside", "pins/reporting", "saved/sweep_cells")),
)
QUIETLY = ("-q", "-x", "--quick", "-p", "no:cacheprovider", "-p", "xdist.plugin")
LOADED = (
    "xdist.plugin",
    *("numba", "xarray", "scipy.optimize", "panel_material_ui", "holoviews", "bokeh.plotting"),
    *("workbench.kernels.warming", "workbench.app.page.workbench", "workbench.cli", "workbench.notebook"),
)
KINDS = {
    "comparison": [
        f"ReplaceComparisonOperator_{pair}"
        for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")
    ],
    "arithmetic": [
        *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul")),
        *("ReplaceBinaryOperator_FloorDiv_Mul", "ReplaceBinaryOperator_Mod_Mul", "ReplaceUnaryOperator_Delete_USub"),
    ],
    "constant": ["NumberReplacer"],
    "boolean": [
        *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
        "ReplaceUnaryOperator_Delete_Not",
    ],
    "return": ["NoReturn"],
    "call": ["NoCall"],
}
FAR, PATIENCE = 3, 600  # imports between a test and a module, seconds
# Looked at, not read: no test can tell a right one from a wrong.
LAYOUT = re.compile(r"(width|height|margin|alpha|size|sizes|padding|dash|columns?)=[\[(]?-?[\d.]")


class NoReturn(Operator):
    """`return value` becomes `return None`."""

    def mutation_positions(self, node):
        if node.type == "return_stmt" and node.children[1].get_code(include_prefix=False) != "None":
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        return _leaf(f"{node.get_first_leaf().prefix}return None", node)

    @classmethod
    def examples(cls):
        return ()


class NoCall(Operator):
    """A call that is a statement of its own is left out."""

    def mutation_positions(self, node):
        alone = node.parent is not None and node.parent.type == "simple_stmt"
        if alone and node.type == "atom_expr" and node.children[-1].get_code().startswith("("):
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        return _leaf(f"{node.get_first_leaf().prefix}pass", node)

    @classmethod
    def examples(cls):
        return ()


@dataclass(frozen=True)
class Mutant:
    """One mutation: where, which of the operator's, and the line before and after."""

    path: str
    line: int
    column: int
    kind: str
    operator: str
    occurrence: int
    inside: bool  # of a function: else the line is executed when its module is imported

    def code(self, source: str) -> str:
        """The file with the mutation in it."""
        changed = mutate_code(source, _operator(self.operator), self.occurrence)
        assert changed is not None, self
        return changed

    def shown(self, source: str) -> str:
        """The first line that differs, before and after."""
        pairs = zip(source.splitlines(), self.code(source).splitlines(), strict=False)
        before, after = next((a, b) for a, b in pairs if a != b)
        return f"{before.strip()}  ->  {after.strip()}"


def mutants(root: Path, path: str, rng: random.Random) -> Iterator[Mutant]:
    """One of each kind at every place of a file; numbers have two neighbours, of which one is drawn."""
    source = (root / path).read_text()
    lines, nodes, found = source.splitlines(), list(ast_nodes(get_ast(source))), {}
    for kind, names in KINDS.items():
        for name in names:
            operator = _operator(name)
            places = [(node, at) for node in nodes for at in operator.mutation_positions(node)]
            for occurrence, (node, at) in enumerate(places):
                line, column = at[0]
                if not _apart(node, lines[line - 1]):
                    made = Mutant(path, line, column, kind, name, occurrence, _inside(node))
                    found.setdefault((line, column, kind), []).append(made)
    for key in sorted(found):
        yield rng.choice(found[key])


def evenly(population: list[Mutant], number: int, rng: random.Random) -> list[Mutant]:
    """As many as said, at equal distances in the order of the files, from a random first one; then shuffled.

    So the first hundred, say, are an even draw too.
    """
    stride = len(population) / number
    first = rng.random() * stride
    drawn = [population[int(first + k * stride)] for k in range(number)]
    rng.shuffle(drawn)
    return drawn


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
        """The tests that come near, the nearest first; a word that their file shares with the module counts too."""
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


class Mutable:
    """A copy of the package, loaded once; a mutant is tried in a process forked off, where functions get its code."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # a browser's, a notebook's: they take seconds to load
        sys.path.insert(0, str(tree))
        for name in LOADED:
            importlib.import_module(name)
        for pattern in FILES:
            for path in tree.glob(pattern):
                importlib.import_module(_module(path, tree))
        self.functions = defaultdict(list)
        for function in gc.get_objects():
            if isinstance(function, FunctionType):
                self.functions[function.__code__.co_filename].append(function)

    def tried(self, mutant: Mutant, tests: list[str]) -> tuple[str, str]:
        """What became of a mutant, and the first test that failed."""
        path = self.tree / mutant.path
        source = path.read_text()
        path.write_text(mutant.code(source))  # for processes that a test starts
        try:
            code, said = self._tested(path, source, [*QUIETLY, *tests], mutant)
        finally:
            path.write_text(source)
        failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return ("survived" if code in (0, 5) else "killed", failed[0][:200] if failed else said[-200:])

    def _tested(self, path: Path, source: str, arguments: list[str], mutant: Mutant) -> tuple[int, str]:
        log = self.tree / "said"
        child = os.fork()
        if not child:
            os.chdir(self.tree)
            with log.open("w") as out:
                os.dup2(out.fileno(), 1)
                if not (mutant.inside and self._change(path, source)):  # what is made at import is imported anew
                    os.execv(sys.executable, [sys.executable, "-B", "-m", "pytest", *arguments])
                code = pytest.main(arguments)
                sys.stdout.flush()
            os._exit(int(code))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status), log.read_text()
            time.sleep(0.1)
        os.kill(child, 9)
        os.waitpid(child, 0)
        return 1, "out of time"

    def _change(self, path: Path, source: str) -> bool:
        """Functions that hold the old code get the new one, by name and number; False where it binds other variables.

        A method without its call of `super` has no `__class__` to bind.
        """
        old, new = (_codes(compile(text, str(path), "exec")) for text in (source, path.read_text()))
        changed = {place: code for place, code in new.items() if place in old and old[place] != code}
        assert changed, path
        if any(code.co_freevars != old[place].co_freevars for place, code in changed.items()):
            return False
        places = {(c.co_qualname, c.co_firstlineno): place for place, c in old.items()}
        for function in self.functions[str(path)]:
            code = function.__code__
            found = changed.get(places.get((code.co_qualname, code.co_firstlineno)))
            if found is not None:
                function.__code__ = found
        return True


def _codes(code: CodeType) -> dict[tuple[str, int], CodeType]:
    """The code of every function of a file, by its qualified name and which of that name it is."""
    found: dict[tuple[str, int], CodeType] = {}
    inner = [code]
    for outer in inner:
        inner += [const for const in outer.co_consts if isinstance(const, CodeType)]
        number = sum(name == outer.co_qualname for name, _ in found)
        found[outer.co_qualname, number] = outer
    return found


def copied(folder: Path) -> Path:
    """HEAD in a folder, its bytecode checked by content: a mutant as long as its source is no other file by date."""
    tree = folder / "tree"
    tree.mkdir(parents=True)
    packed = subprocess.run(["git", "archive", "HEAD"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", str(tree)], input=packed, check=True)
    kernels = Path("workbench", "kernels")
    shutil.copytree(kernels, tree / kernels, dirs_exist_ok=True)  # with what Numba has compiled of them
    compiled = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "workbench"]
    subprocess.run(compiled, cwd=tree, check=True)
    return tree


def rows(path: Path) -> list[dict]:
    """What became of mutants so far."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--mutants", type=int, default=220)
    parser.add_argument("--nearest", type=int, default=12, help="tests a mutant, at most")
    parser.add_argument("--into", type=Path, required=True, help="lines of JSON, one a mutant that is then known")
    parser.add_argument("--only", nargs="*", default=[], help="PATH:LINE of those to run, out of the drawn ones")
    parser.add_argument("--tests", nargs="*", default=[], help="tests that are run first")
    parser.add_argument("--share", default="0/1", help="0/2 and 1/2: two processes, a half each")
    args = parser.parse_args()
    part, parts = map(int, args.share.split("/"))
    with tempfile.TemporaryDirectory() as folder, args.into.open("a") as log:
        tree, rng = copied(Path(folder)), random.Random(args.seed)
        paths = sorted({str(path.relative_to(tree)) for pattern in FILES for path in tree.glob(pattern)})
        population = [mutant for path in paths for mutant in mutants(tree, path, rng)]
        drawn = [m for m in evenly(population, args.mutants, rng) if not args.only or f"{m.path}:{m.line}" in args.only]
        print(f"{len(drawn)} of {len(population)} mutations in {len(paths)} files", flush=True)
        known = {(row["path"], row["line"], row["column"], row["kind"]) for row in rows(args.into)}
        drawn = [m for m in drawn[part::parts] if (m.path, m.line, m.column, m.kind) not in known]
        nearest, mutable = Nearest(tree), Mutable(tree)
        for mutant in drawn:
            begun, tests = time.monotonic(), [*args.tests, *nearest.of(mutant)[: args.nearest]]
            shown = mutant.shown((tree / mutant.path).read_text())
            fate, said = mutable.tried(mutant, tests) if tests else ("survived", "no test")
            row = asdict(mutant) | {"fate": fate, "shown": shown, "said": said, "tests": tests}
            print(json.dumps(row | {"seconds": time.monotonic() - begun}), file=log, flush=True)
            print(fate, f"{mutant.path}:{mutant.line}", mutant.kind, shown, flush=True)


def _module(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts if path.is_absolute() else path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _words(test: str) -> set[str]:
    return set(re.split(r"[/_.:]", test.partition("::")[0]))


def _operator(name: str) -> Operator:
    own = {"NoReturn": NoReturn, "NoCall": NoCall}
    return own[name]() if name in own else get_operator(f"core/{name}")()


def _leaf(code: str, node: parso.tree.NodeOrLeaf) -> parso.tree.Leaf:
    return parso.python.tree.Name(code, node.start_pos)


def _above(node: parso.tree.NodeOrLeaf) -> Iterator[parso.tree.NodeOrLeaf]:
    while node.parent is not None:
        node = node.parent
        yield node


def _apart(node: parso.tree.NodeOrLeaf, line: str) -> bool:
    """Types, limits of sliders beside them, and what a page looks like: no test can tell a right one from a wrong."""
    below = node
    for above in _above(node):
        if above.type in ("tfpdef", "annassign") and below is not above.children[-1]:
            return True
        if above.type == "annassign" and "=" not in [c.get_code().strip() for c in above.children]:
            return True
        if above.type == "funcdef" and "->" in above.children and below is above.children[-3]:
            return True
        if above.type == "param" and above.annotation is not None and below is not above.default:
            return True
        below = above
    return node.type == "number" and LAYOUT.search(line) is not None


def _inside(node: parso.tree.NodeOrLeaf) -> bool:
    types = [above.type for above in _above(node)]
    return bool({"funcdef", "lambdef"} & set(types)) and "param" not in types and "decorator" not in types


if __name__ == "__main__":
    main()
