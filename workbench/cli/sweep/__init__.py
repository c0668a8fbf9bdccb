"""`workbench sweep`: the runs of a grid, in many processes, as one Zarr store, and what is in such a store."""

import argparse
from pathlib import Path

from workbench.cli.experiment import loading
from workbench.cli.output import complain, say, say_json
from workbench.cli.sweep import planning, showing
from workbench.refusal import Refusal

SUMMARY = "Run every cell of a grid of parameters into one Zarr store, or show what a store holds."
EXAMPLES = (
    "workbench sweep sweep.yaml --out sweep.zarr",
    "workbench sweep sweep.yaml --out sweep.zarr --scheduler tcp://host:8786 --json",
    "workbench sweep sweep.zarr --best 5 --figures figures",
    "workbench sweep sweep.zarr --cell prior.weight=10 --out run.nc",
)
_INTERRUPTED = 130


def options(parser: argparse.ArgumentParser) -> None:
    keys = ", ".join(planning.KEYS)
    parser.add_argument(
        "spec", metavar="SPEC.yaml|STORE.zarr", help=f"what to run, with the keys {keys}: docs/sweeps.md; or what was"
    )
    parser.add_argument(
        "--out", metavar="OUT", help="the store, .zarr; one of the same sweep is gone on with. With --cell a run, .nc"
    )
    parser.add_argument("--keep", action="store_true", help="into the folder of runs, where the page finds it")
    loading.option(parser)
    parser.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="a Dask scheduler (processes of this machine)")
    parser.add_argument("--yes", action="store_true", help=f"run more than {planning.MANY} cells")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")
    showing.options(parser)


def main(args: argparse.Namespace) -> int:
    loading.load(args)
    if Path(args.spec).is_dir() or args.spec.endswith(".zarr"):
        return showing.show(args)
    showing.refuse(args)
    out = _place(args)
    made = planning.plan_of(planning.mapping(args.spec), args.yes)
    from workbench.sweeps import swept

    found = swept(made, out, args.scheduler)
    status = found.status.values
    counts = {"cells": made.count, "done": int((status == 1).sum()), "failed": int((status == 2).sum())}
    left = made.count - counts["done"] - counts["failed"]
    if args.json:
        say_json({**counts, "left": left, "out": out, "dims": {a.name: len(a.choices) for a in made.axes}})
    else:
        say(f"{counts['done']} of {made.count} cells done, {counts['failed']} failed, in {out}")
        for sentence in sorted({str(s) for s in found.sentence.values.ravel() if s})[:5]:
            say(f"failed: {sentence}")
    if left:
        complain(f"interrupted: {left} cells are left; the same command goes on with them")
    return _INTERRUPTED if left else 0


def _place(args: argparse.Namespace) -> str:
    """The store that is written."""
    if args.keep and args.out:
        raise Refusal("--keep or --out", "both", "leave one of them out")
    if args.keep:
        from workbench import run_folder

        return str(run_folder.made() / f"{Path(args.spec).stem}.zarr")
    if not args.out:
        raise Refusal("--out OUT.zarr for the cells of a sweep, or --keep", "none", "name a folder that is to be made")
    return str(args.out)
