"""Which small mistakes in numbers that a person reads would the tests notice? See docs/decisions/mutations.md.

    python -m benchmarks.mutations --seed 13 --mutants 220 --lines lines.jsonl --into mutants.jsonl

One mutation of one line at a time, made by Cosmic Ray in a copy of a commit. Which tests execute a line is found once
(`--lines`); of these the nearest are run until one fails, then, if none does, those farther off.
`--only PATH:LINE` runs again what survived. Needs `cosmic-ray`, in an environment of its own that sees ours.
"""

import argparse
import contextlib
import functools
import gc
import importlib
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from benchmarks.executing import Executing, Nearest
from benchmarks.forking import CRASHED, OUT_OF_TIME, QUIETLY, Collected, Fresh, Lines, Reports, caches, forget, forked
from benchmarks.mutants import FILES, Mutant, evenly, mutants

LOADED = (
    "xdist.plugin",
    "numba",
    "xarray",
    "scipy.optimize",
    "panel_material_ui",
    "holoviews",
    "bokeh.plotting",
    "dask.array",
)
OURS = ("workbench.kernels.warming", "workbench.app.page.workbench", "workbench.cli", "workbench.notebook")
ROOMS = (
    "analysis",
    "tuning",
    "app",
    "live",
    "run_folder",
    "lessons",
    "plots",
    "weights",
    "notebook",
    "parametrisations",
)
ALONE = (
    *("calibrate", "claim", "comparison", "comparison_report", "cut_off", "diagnosis", "early_stopping", "experiment"),
    *(
        "form",
        "grid",
        "listing",
        "marks",
        "metrics",
        "neighbours",
        "output",
        "paths",
        "posterior",
        "previews",
        "records",
    ),
    *("run", "saved_runs", "starts", "stopping", "sweep_files", "sweep_table", "sweeps", "tune", "unmeasured", "watch"),
    *("value_axis", "problem", "linalg", "tensors", "parameters", "cli"),
)
TESTS = [*(f"tests/{room}" for room in ROOMS), *(f"tests/test_{name}.py" for name in ALONE)]
TRACING, PATIENCE, FACTOR = 600, 90, 10  # seconds: a file of tests when traced, any test; and beyond those it took


class Tries:
    """What becomes of mutants of a copy of the package, whose tests are collected."""

    def __init__(self, tree: Path, collected: Collected, fresh: Fresh) -> None:
        self.tree, self.collected, self.fresh = tree, collected, fresh
        for path in [path for pattern in FILES for path in tree.glob(pattern)]:
            importlib.import_module(".".join(path.relative_to(tree).with_suffix("").parts).removesuffix(".__init__"))
        self.caches, self.functions, self.imported = caches(tree), defaultdict(list), set(sys.modules)
        for function in gc.get_objects():
            if isinstance(function, FunctionType):
                self.functions[function.__code__.co_filename].append(function)

    def trace(self, tests: list[str], into: Path) -> None:
        """Writes which lines each test executes; what they import is imported here, so that no other has to."""
        files = {str(self.tree / path): path for path in _paths(self.tree)}
        plugin = Lines(files, self.caches, into)
        found = forked(lambda: self.collected.run(tests, self._all, plugin) and list(sys.modules), TRACING)
        for name in sorted(set(found) - self.imported) if isinstance(found, list) else ():
            self.imported.add(name)
            with contextlib.suppress(Exception):  # one that is made as a program runs
                importlib.import_module(name)

    def _all(self) -> None:
        self.collected.session.config.option.maxfail = 0

    def fate(self, mutant: Mutant, tests: list[str], seconds: float) -> tuple[str, str]:
        """Whether tests notice it, and which: one that fails without it, too, has not noticed."""
        patience = PATIENCE + FACTOR * seconds
        while tests:
            fate, test, said = self._tried(mutant, tests, patience)
            if fate == "survived":
                return fate, said
            again = [test] if test in tests else tests
            if fate != OUT_OF_TIME and self._passes(again, patience):
                return "killed", f"{test}: {said}"
            if fate == OUT_OF_TIME:
                return fate, said
            tests = [each for each in tests if each not in again]
        return "survived", "no test"

    def _tried(self, mutant: Mutant, tests: list[str], patience: float) -> tuple[str, str, str]:
        path = self.tree / mutant.path
        source = path.read_text()
        path.write_text(mutant.code(source))  # for processes that a test starts
        try:
            replaced = self._changed(path, source) if mutant.inside else None
            if replaced is None:  # what is made at import is imported anew
                found = self.fresh.run(tests, patience)
            else:
                found = forked(lambda: self.collected.run(tests, lambda: self._change(path, replaced)), patience)
        finally:
            path.write_text(source)
        if not isinstance(found, Reports):
            return found, "", found
        if found.failed:
            return "failed", *found.failed[0]
        return (
            ("survived", "", f"{found.done} of {len(tests)} tests") if found.done else (CRASHED, "", "no test was run")
        )

    def _passes(self, tests: list[str], patience: float) -> bool:
        found = forked(lambda: self.collected.run(tests, lambda: forget(self.caches)), patience)
        return isinstance(found, Reports) and not found.failed

    def _changed(self, path: Path, source: str) -> dict | None:
        """The new code of functions, by name and number; None where one binds other variables.

        A method without its call of `super` has no `__class__` to bind.
        """
        old, new = (_codes(compile(text, str(path), "exec")) for text in (source, path.read_text()))
        changed = {place: code for place, code in new.items() if place in old and old[place] != code}
        assert changed, path
        if any(code.co_freevars != old[place].co_freevars for place, code in changed.items()):
            return None
        return {(c.co_qualname, c.co_firstlineno): changed[place] for place, c in old.items() if place in changed}

    def _change(self, path: Path, replaced: dict) -> None:
        forget(self.caches)
        for function in self.functions[str(path)]:
            code = function.__code__
            function.__code__ = replaced.get((code.co_qualname, code.co_firstlineno), code)


def _codes(code: CodeType) -> dict[tuple[str, int], CodeType]:
    """The code of every function of a file, by its qualified name and which of that name it is."""
    found: dict[tuple[str, int], CodeType] = {}
    inner = [code]
    for outer in inner:
        inner += [const for const in outer.co_consts if isinstance(const, CodeType)]
        number = sum(name == outer.co_qualname for name, _ in found)
        found[outer.co_qualname, number] = outer
    return found


def copied(folder: Path, commit: str) -> Path:
    """A commit in a folder; bytecode is checked by content: a mutant as long as its source is no other file by date."""
    tree = folder / "tree"
    tree.mkdir(parents=True)
    packed = subprocess.run(["git", "archive", commit], check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", str(tree)], input=packed, check=True)
    kernels = Path("workbench", "kernels")
    shutil.copytree(kernels, tree / kernels, dirs_exist_ok=True)  # with what Numba has compiled of them
    compiled = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "workbench"]
    subprocess.run(compiled, cwd=tree, check=True)
    return tree


def _paths(tree: Path) -> list[str]:
    return sorted({str(path.relative_to(tree)) for pattern in FILES for path in tree.glob(pattern)})


def rows(path: Path) -> list[dict]:
    """What became of mutants so far."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def drawn(tree: Path, args: argparse.Namespace) -> Iterator[Mutant]:
    """The mutants of a seed that are not known yet."""
    rng = random.Random(args.seed)
    population = [mutant for path in _paths(tree) for mutant in mutants(tree, path, rng)]
    print(f"{args.mutants} of {len(population)} mutations in {len(_paths(tree))} files", flush=True)
    chosen = evenly(population, args.mutants, rng)
    for m in reversed(chosen) if args.backwards else chosen:
        known = {(row["path"], row["line"], row["column"], row["kind"]) for row in rows(args.into)}
        if (m.path, m.line, m.column, m.kind) not in known and (not args.only or f"{m.path}:{m.line}" in args.only):
            yield m


def tried(tree: Path, args: argparse.Namespace, fresh: Fresh, collected: Collected) -> None:
    """Tries the mutants that are drawn, and writes what became of them."""
    tries = Tries(tree, collected, fresh)

    def trace(tests: list[str]) -> None:
        known = len(rows(args.lines))
        if tests:
            tries.trace(tests, args.lines)
            executing.read(rows(args.lines)[known:])

    executing = Executing(Nearest(tree), list(collected.items), trace)
    executing.read(rows(args.lines))
    for mutant in drawn(tree, args):
        begun, spent, tests, fate, said = time.monotonic(), 0.0, 0, "survived", "no test"
        for reaching in executing.of(mutant, args.nearest):
            costs = list(itertools.accumulate((executing.seconds[case] for case in reaching), initial=spent))[1:]
            cases = [case for case, cost in zip(reaching, costs, strict=True) if cost <= args.budget]
            if cases:
                seconds = sum(executing.seconds[case] for case in cases)
                tests, spent = tests + len(cases), spent + seconds
                fate, said = tries.fate(mutant, cases, seconds)
            if fate != "survived":
                break
        row = asdict(mutant) | {"shown": mutant.shown((tree / mutant.path).read_text()), "fate": fate, "said": said}
        row |= {"tests": tests, "spent": spent, "seconds": time.monotonic() - begun}
        with args.into.open("a") as log:
            print(json.dumps(row), file=log)
        print(fate, f"{mutant.path}:{mutant.line}", mutant.kind, row["shown"], flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--mutants", type=int, default=220)
    parser.add_argument(
        "--nearest",
        type=int,
        default=20,
        help="test functions a mutant, before those that are known to execute it, too",
    )
    parser.add_argument("--budget", type=float, default=30, help="seconds of a processor for the tests of a mutant")
    parser.add_argument("--lines", type=Path, required=True, help="lines of JSON: what each test executes, of HEAD")
    parser.add_argument("--into", type=Path, required=True, help="lines of JSON, one a mutant that is then known")
    parser.add_argument("--commit", default="HEAD", help="of which mutants are made and tests are run")
    parser.add_argument("--backwards", action="store_true", help="from the last mutant on, for a second process")
    parser.add_argument("--only", nargs="*", default=[], help="PATH:LINE of those to run, out of the drawn ones")
    parser.add_argument("--tests", nargs="*", default=TESTS, help="files and folders of tests")
    args = parser.parse_args()
    args.lines, args.into = args.lines.resolve(), args.into.resolve()
    args.lines.touch()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # a browser's, a notebook's: they take seconds to load
    warnings.simplefilter("ignore")
    for name in LOADED:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(Path(folder), args.commit)
        os.chdir(tree)
        os.environ["PYTHONPATH"] = str(tree)
        sys.path.insert(0, str(tree))
        sys.dont_write_bytecode = True
        fresh = Fresh()
        for name in OURS:
            importlib.import_module(name)
        plugin = Collected(functools.partial(tried, tree, args, fresh))
        pytest.main([*QUIETLY, "--quick", "-m", "not browser", *args.tests], plugins=[plugin])


if __name__ == "__main__":
    main()
