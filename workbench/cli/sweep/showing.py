"""What a store of a sweep holds: its best settings, its figures, and any of its cells as a run."""

import argparse
import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.output import say, say_json, table
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.sweeps import SettingResult, SweepTable

_BEST, _SENTENCES = 10, 5


def options(parser: argparse.ArgumentParser) -> None:
    """What can be asked of a store."""
    asked = parser.add_argument_group("of a STORE.zarr")
    asked.add_argument("--best", type=int, metavar="N", help=f"how many settings to list ({_BEST})")
    asked.add_argument("--quantity", default="", metavar="NAME", help="by what (psnr, without a truth the objective)")
    asked.add_argument("--figures", metavar="FOLDER", help="draw maps and parallel axes, and write the list, there")
    asked.add_argument(
        "--cell",
        action="append",
        metavar="PATH=VALUE",
        help="print the Python of the cell with this value, repeatable; with --out run it and save the run",
    )


def refuse(args: argparse.Namespace) -> None:
    """Refusal where something is asked of a sweep that is only to be run."""
    asked = {"--best": args.best, "--quantity": args.quantity, "--figures": args.figures, "--cell": args.cell}
    for name, value in asked.items():
        if value:
            raise Refusal(
                f"{name} with a store", f"{args.spec}, a sweep that is to be run", "ask it of the .zarr afterwards"
            )


def show(args: argparse.Namespace) -> int:
    """List the best settings of a store, draw it, or take one cell out of it."""
    args.best = _BEST if args.best is None else args.best
    if args.best < 1:
        raise Refusal("a whole number from 1 for --best", str(args.best), "leave it out for 10")
    if args.out and not args.cell:
        remedy = "add --cell PATH=VALUE to run a cell of it, or give the sweep as SPEC.yaml"
        raise Refusal("a sweep to run into --out", f"{args.spec}, which is a store", remedy)
    from workbench.sweeps import opened

    found = opened(args.spec)
    if args.cell:
        return _cell(found, args)
    best = found.best(args.quantity, args.best) if found.quantities or args.quantity else []
    _say_json(found, best, args) if args.json else _say(found, best, args)
    if args.figures:
        _draw(found, Path(args.figures), args.quantity)
    return 0


def _cell(found: "SweepTable", args: argparse.Namespace) -> int:
    from workbench.cli.experiment import destinations
    from workbench.live.telling import python
    from workbench.parameters import describe
    from workbench.run_folder.query import conditions_of

    if args.out:
        destinations.require(args.out, None)
    experiment = found.experiment(found.at(conditions_of(args.cell)))
    if args.out:
        experiment.run(out=args.out)
    if args.json:
        say_json(describe(experiment))
    else:
        say(f"saved {args.out}" if args.out else python(experiment))
    return 0


def _say_json(found: "SweepTable", best: "list[SettingResult]", args: argparse.Namespace) -> None:
    rows: list[Mapping[str, Any]] = [
        {
            "words": dict(each.words),
            "mean": each.mean,
            "deviation": each.deviation if math.isfinite(each.deviation) else None,
            "done": each.count,
            "seeds": each.seeds,
        }
        for each in best
    ]
    quantity = found.quantity(args.quantity) if best else None
    told = {"store": args.spec, "quantity": quantity, "cells": found.counts(), "best": rows}
    say_json(told | {"failures": found.failures()})


def _say(found: "SweepTable", best: "list[SettingResult]", args: argparse.Namespace) -> None:
    say(repr(found))
    for sentence in found.failures()[:_SENTENCES]:
        say(f"failed: {sentence}")
    if best:
        say(table(_rows(found, best, args.quantity)))


def _rows(found: "SweepTable", best: "list[SettingResult]", quantity: str) -> list[list[str]]:
    from workbench.parameters import as_text

    name = found.quantity(quantity)
    units = found.dataset[name].attrs.get("units", "")
    paths = list(best[0].words) if best else []
    head = [f"{name}, {units}" if units else name, "deviation", "seeds", *paths]
    rows = [
        [
            f"{each.mean:.5g}",
            f"{each.deviation:.2g}" if math.isfinite(each.deviation) else "",
            str(each.count) if each.whole else f"{each.count} of {each.seeds}",
            *(as_text(each.words[path]) for path in paths),
        ]
        for each in best
    ]
    return [head, *rows]


def _draw(found: "SweepTable", folder: Path, quantity: str) -> None:
    from workbench import plots

    name = found.quantity(quantity)
    every = found.best(quantity, found.plan.count)
    written = io.StringIO()
    csv.writer(written).writerows(_rows(found, every, quantity))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.csv").write_text(written.getvalue())
        plots.save(plots.sweep(found.dataset, name), folder / "sweep.svg")
        plots.save(plots.parallel(found.dataset, name), folder / "parallel.svg")
    except OSError as error:
        raise Refusal("a folder for figures", f"{folder} ({error.strerror})", "name another") from error
