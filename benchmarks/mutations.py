"""Which small mistakes in numbers that a person reads would the nearest tests notice? See docs/decisions/mutations.md.

    python -m pytest -m 'not browser' --cov --cov-context=test --cov-config=FILE tests
    python -m benchmarks.mutations --coverage .coverage --seed 13 --mutants 220 --into FOLDER

One mutation of one line at a time, made by Cosmic Ray in a copy of HEAD; the tests that execute that line, those first
that execute little else, are run until one fails. `--only PATH:LINE` runs again what survived. Needs `cosmic-ray` and
`coverage`, in an environment of their own.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from coverage import CoverageData

FILES = (
    *("workbench/analysis/**/*.py", "workbench/tuning/**/*.py"),
    *(f"workbench/app/compare/{name}.py" for name in ("columns", "lines", "pin_list", "tables")),
    *(f"workbench/app/information/{name}.py" for name in ("errors", "looks", "pictures")),
    *(f"workbench/app/laboratory/{n}.py" for n in ("calibration", "course", "curvature", "picture", "plane")),
    *(f"workbench/app/run/{name}.py" for name in ("curves", "interval_row", "pixel_row", "stages", "timeline")),
    *(f"workbench/app/spectrum/{name}.py" for name in ("basis", "modes", "shares", "speed")),
    *(f"workbench/app/{n}.py" for n in ("choose/view", "hands/profile_row", "runs/run_table", "serving/server_numbers")),
    *(f"workbench/app/{name}.py" for name in ("sweep/plots", "toolkit/figures", "toolkit/words")),
    *("workbench/app/uncertainty/*.py", "workbench/live/formulation/*.py", "workbench/live/studies/*.py"),
    *(f"workbench/live/{n}.py" for n in ("caps", "cut", "finding", "frames", "images", "pixel", "planes", "spectra")),
    *(f"workbench/live/{n}.py" for n in ("telling", "uncertainty", "volumes", "controls/scale", "hands/windows")),
    *(f"workbench/live/{name}.py" for name in ("pins/beside", "pins/reporting", "saved/sweep_cells")),
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
NEAREST, CASES, PATIENCE = 40, 2, 240  # tests a mutant, cases of one test among them, seconds
LAYOUT = re.compile(r"(width|height|margin|alpha|size|sizes|padding|dash|columns?)=[\[(]?-?[\d.]")  # looked at, not read


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
    lines, found = source.splitlines(), {}
    for kind, names in KINDS.items():
        for name in names:
            operator = _operator(name)
            places = [(node, at) for node in ast_nodes(get_ast(source)) for at in operator.mutation_positions(node)]
            for occurrence, (node, at) in enumerate(places):
                line, column = at[0]
                if not _apart(node, lines[line - 1]):
                    made = Mutant(path, line, column, kind, name, occurrence, _inside(node))
                    found.setdefault((line, column, kind), []).append(made)
    for key in sorted(found):
        yield rng.choice(found[key])


def evenly(population: list[Mutant], number: int, rng: random.Random) -> list[Mutant]:
    """As many as said, at equal distances in the order of the files, from a random first one."""
    stride = len(population) / number
    first = rng.random() * stride
    return [population[int(first + k * stride)] for k in range(number)]


class Nearest:
    """The tests that execute a line, those first that execute the fewest lines of all that was measured."""

    def __init__(self, coverage: Path, root: Path) -> None:
        data, self.seen = CoverageData(str(coverage)), {}
        data.read()
        for measured in data.measured_files():
            _, found, rest = measured.partition("/workbench/")
            if found and (root / "workbench" / rest).exists():
                self.seen[f"workbench/{rest}"] = data.contexts_by_lineno(measured)
        weights = Counter(test for lines in self.seen.values() for tests in lines.values() for test in tests)
        self.weights = {test: weight for test, weight in weights.items() if test}

    def of(self, mutant: Mutant) -> list[str]:
        """Names of tests; none where no test executes the line."""
        lines = self.seen.get(mutant.path, {})
        contexts = set(lines.get(mutant.line, ()))
        if not mutant.inside:
            contexts = {test for tests in lines.values() for test in tests}
        cases, chosen = Counter(), []
        for test in sorted(contexts & set(self.weights), key=lambda test: (self.weights[test], test)):
            name = test.partition("|")[0]
            cases[name.partition("[")[0]] += 1
            if name not in chosen and cases[name.partition("[")[0]] <= CASES:
                chosen.append(name)
        return chosen[:NEAREST]


def tried(tree: Path, mutant: Mutant, tests: list[str]) -> tuple[str, str]:
    """What became of a mutant, and the last line that the tests said."""
    if not tests:
        return "no test", ""
    path = tree / mutant.path
    source = path.read_text()
    try:
        path.write_text(mutant.code(source))
        said = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
            cwd=tree,
            env=os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return "killed", "out of time"
    finally:
        path.write_text(source)
    last = [line for line in said.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if said.returncode not in (0, 1, 2, 4):
        raise RuntimeError(said.stdout + said.stderr)
    return ("killed", last[0][:200] if last else said.stdout[-200:]) if said.returncode else ("survived", "")


def copied(folder: Path) -> Path:
    """HEAD in a folder, its bytecode checked by content: a mutant as long as its source is no other file by date."""
    tree = folder / "tree"
    tree.mkdir(parents=True)
    packed = subprocess.run(["git", "archive", "HEAD"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", str(tree)], input=packed, check=True)
    compiled = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "workbench", "tests"]
    subprocess.run(compiled, cwd=tree, check=True)
    return tree


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--coverage", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--mutants", type=int, default=220)
    parser.add_argument("--into", type=Path, required=True, help="a file, a line of JSON a mutant")
    parser.add_argument("--only", nargs="*", help="PATH:LINE of mutants to run")
    parser.add_argument("--tests", nargs="*", default=[], help="tests that are run first")
    parser.add_argument("--share", default="0/1", help="0/2 and 1/2: two processes, a half each")
    args = parser.parse_args()
    root, rng = Path.cwd(), random.Random(args.seed)
    paths = sorted({str(p.relative_to(root)) for pattern in FILES for p in root.glob(pattern)})
    population = [mutant for path in paths for mutant in mutants(root, path, rng)]
    chosen = evenly(population, args.mutants, rng)
    if args.only:
        chosen = [m for m in chosen if f"{m.path}:{m.line}" in args.only]
    part, parts = map(int, args.share.split("/"))
    print(f"{len(chosen)} of {len(population)} mutations in {len(paths)} files", flush=True)
    nearest = Nearest(args.coverage, root)
    with tempfile.TemporaryDirectory() as folder, args.into.open("a") as log:
        tree = copied(Path(folder))
        for mutant in chosen[part::parts]:
            begun = time.monotonic()
            fate, said = tried(tree, mutant, args.tests + nearest.of(mutant))
            shown = mutant.shown((tree / mutant.path).read_text())
            row = asdict(mutant) | {"fate": fate, "shown": shown, "said": said, "seconds": time.monotonic() - begun}
            print(json.dumps(row), file=log, flush=True)
            print(fate, f"{mutant.path}:{mutant.line}", mutant.kind, shown, flush=True)


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
