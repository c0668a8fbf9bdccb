"""`workbench bench`: timings beside other libraries, and the catalogue put to the test."""

import argparse
import ast
import json
import os
import subprocess
import sys
from pathlib import Path

from workbench.cli import grid_table
from workbench.cli.output import say, table
from workbench.refusal import Refusal, one_of

SUMMARY = "Measure speed beside other libraries, or put the catalogue to the test."
EXAMPLES = (
    "workbench bench",
    "workbench bench kernels --peers --out kernels.json",
    "workbench bench report --out report.html",
    "workbench bench grid --cover --out grid.csv",
)
ROOT = Path(__file__).parents[2]
_GRID, _REPORT = "grid", "report"
_PEERS = ".peers/bin/python"  # what `make peers` makes


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="grid, report, or one of those that `workbench bench` lists")
    parser.add_argument("--out", metavar="FILE", help="results as JSON; of report HTML; of grid CSV, which is gone on")
    group = parser.add_argument_group("of timings")
    group.add_argument(
        "--peers",
        nargs="?",
        const=_PEERS,
        metavar="PYTHON",
        help=f"in the environment of the other libraries ({_PEERS}, by `make peers`)",
    )
    group.add_argument("--repetitions", help="how often (each benchmark has its own default)")
    group.add_argument("--threads", help="threads of PyTorch and of our kernels (as PyTorch has)")
    grid_table.options(parser)


def main(args: argparse.Namespace) -> int:
    if args.name == _GRID:
        return grid_table.main(args)
    known = _known()
    if args.name is None:
        say(table([("grid", "Every cell of the catalogue from its defaults."), *known.items()]))
        return 0
    one_of("a benchmark", args.name, [_GRID, *known])
    if args.out and not Path(args.out).absolute().parent.is_dir():
        raise Refusal("a file in a folder that exists", args.out, "make the folder first")
    return _run(args)


def _known() -> dict[str, str]:
    """The benchmarks of the checkout by name, each with its first line."""
    folder = ROOT / "benchmarks"
    if not folder.is_dir():
        remedy = "clone the repository and install it with `make install`"
        raise Refusal("the folder of benchmarks", f"{folder}, which is not there", remedy)
    found = {}
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text())
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def _run(args: argparse.Namespace) -> int:
    """The benchmark in a process of its own, in the environment that it wants."""
    python = Path(args.peers) if args.peers else Path(sys.executable)
    if args.peers and not python.exists():
        raise Refusal("a Python with the other libraries", str(python), "say `make peers`, or name one")
    given = [("--repetitions", args.repetitions), ("--threads", args.threads)]
    words = [word for name, value in given if value is not None for word in (name, value)]
    if args.name == _REPORT and args.out:
        words += ["--out", str(Path(args.out).absolute())]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [python.absolute(), "-m", f"benchmarks.{args.name}", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    if done.returncode == 0 and args.out and args.name != _REPORT:
        results = json.loads((ROOT / "benchmarks" / "results" / f"{args.name}.json").read_text())
        Path(args.out).write_text(json.dumps(results, indent=1) + "\n")
    return done.returncode
