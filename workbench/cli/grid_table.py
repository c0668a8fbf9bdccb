"""`workbench bench grid`: every cell of the catalogue run from its defaults, and a table of what became of it."""

import argparse
import csv
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import as_completed
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.output import say, table
from workbench.processes import pool
from workbench.progress import Bar
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.grid import Cell, Verdict

_HEAD = ("operator", "noise", "prior", "algorithm", "outcome", "psnr", "baseline", "reason")


def options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("of grid, every cell of operator x noise x prior x algorithm")
    group.add_argument("--cover", action="store_true", help="only so many cells that every valid pair is tried once")
    group.add_argument("--only", metavar="NAME", help="only cells with this member of the catalogue")
    group.add_argument("--size", type=int, default=32, help="samples along a side of the signal (32)")
    group.add_argument("--steps", type=int, default=50, help="iterations a cell (50)")
    group.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (one a core)")


def main(args: argparse.Namespace) -> int:
    _require(args)
    from workbench import grid

    chosen = [cell for cell in grid.cells() if args.only is None or args.only in cell]
    if not chosen:
        raise Refusal("a member of the catalogue for --only", repr(args.only), "see `workbench list`")
    if args.cover:
        chosen = grid.cover(grid.valid(chosen, args.size))
    path = Path(args.out) if args.out else None
    rows = _read(path)
    groups = grid.grouped([cell for cell in chosen if cell not in rows])
    _record(rows, path, _verdicts(groups, args), sum(map(len, groups)))
    wanted = [rows[cell] for cell in chosen if cell in rows]
    say(_report(wanted, args))
    return int(any(row[4] == "failed" for row in wanted))


def _require(args: argparse.Namespace) -> None:
    for name, least in (("size", 8), ("steps", 1), ("jobs", 1)):
        if getattr(args, name) < least:
            raise Refusal(f"a whole number from {least} for --{name}", str(getattr(args, name)), "give a larger one")
    if args.out and not Path(args.out).absolute().parent.is_dir():
        raise Refusal("a file in a folder that exists", args.out, "make the folder first")


def _verdicts(groups: "list[list[Cell]]", args: argparse.Namespace) -> "Iterator[list[Verdict]]":
    work = partial(_judge, side=args.size, steps=args.steps)
    with pool(args.jobs) as processes:
        waiting = [processes.submit(work, group) for group in groups]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            processes.shutdown(cancel_futures=True)


def _judge(group: "list[Cell]", side: int, steps: int) -> "list[Verdict]":
    import torch

    from workbench import grid

    torch.set_num_threads(1)  # the processes share the cores already
    return list(grid.judge(group, side, steps))


def _read(path: Path | None) -> "dict[Cell, tuple[str, ...]]":
    if path is None or not path.exists():
        return {}
    with path.open(newline="") as file:
        head, *lines = list(csv.reader(file)) or [[]]
    if tuple(head) != _HEAD:
        raise Refusal("a table of an earlier `workbench bench grid`", str(path), "name another file")
    return {(o, n, p, a): (o, n, p, a, *rest) for o, n, p, a, *rest in lines}


def _record(
    rows: "dict[Cell, tuple[str, ...]]", path: Path | None, verdicts: "Iterator[list[Verdict]]", total: int
) -> None:
    """Write each group as it comes, so that an interrupted benchmark loses nothing."""
    bar, before = Bar(max(total, 1)), len(rows)
    if path and not path.exists():
        _append(path, [_HEAD])
    for group in verdicts:
        fresh = {v.cell: (*v.cell, v.outcome, f"{v.psnr:.2f}", f"{v.baseline:.2f}", v.reason) for v in group}
        rows.update(fresh)
        if path:
            _append(path, list(fresh.values()))
        bar.show(len(rows) - before)
    bar.clear()


def _append(path: Path, lines: list[tuple[str, ...]]) -> None:
    with path.open("a", newline="") as file:
        csv.writer(file).writerows(lines)


def _report(rows: list[tuple[str, ...]], args: argparse.Namespace) -> str:
    """Passes, failures and refusals of every algorithm, then the failures with their reasons."""
    counts = Counter((row[3], row[4]) for row in rows)
    names = sorted({row[3] for row in rows})
    outcomes = ("passed", "failed", "refused")
    lines = [(name, *(str(counts[name, outcome]) for outcome in outcomes)) for name in names]
    total = ("all", *(str(sum(counts[n, o] for n in names)) for o in outcomes))
    failures = [(" x ".join(row[:4]), row[7]) for row in rows if row[4] == "failed"]
    text = f"{len(rows)} cells, {args.size} samples a side, {args.steps} iterations from defaults\n"
    text += table([("algorithm", *outcomes), *lines, total])
    return text + ("\n\nfailures\n" + table(failures) if failures else "")
