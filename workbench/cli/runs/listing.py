"""What there is in a folder of runs."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from workbench.cli.output import say, say_json
from workbench.cli.runs import named
from workbench.run_folder import RunSummary


def summaries(folder: Path, args: argparse.Namespace) -> None:
    """A line for each run that meets the conditions."""
    from workbench import run_folder
    from workbench.run_folder.query import conditions_of

    query = run_folder.Query(conditions_of(args.where), tuple(args.tag), order=args.sort)
    found = run_folder.matching(folder, query)
    if args.json:
        told = run_folder.descriptions(folder, query.where) if found else {}
        say_json([asdict(each) | {"description": told.get(each.name, {})} for each in found])
        return
    if not found:
        count = len(run_folder.summaries(folder))
        none = f"no runs in {folder}: `workbench run --keep` puts one there"
        say(f"no run of {count} meets these conditions" if count else none)
        return
    say("\n".join(map(_line, found)))


def show(folder: Path, args: argparse.Namespace) -> None:
    """What made a run and how it ended; with --json its description, of several names an array of them."""
    paths = named.paths(folder, args)
    from workbench.records import open as opened

    records = map(opened, paths)
    if args.json:
        told = [json.loads(record.result.attrs["spec"]) for record in records]
        say_json(told if len(args.names) > 1 else told[0])
        return
    for record in records:
        say(repr(record))


def _line(run: RunSummary) -> str:
    psnr = "" if run.psnr is None else f"  {run.psnr:.2f} dB"
    state = "  running" if run.running else f"  {run.outcome}" if run.cut_short else ""
    tags = "".join(f"  #{tag}" for tag in run.tags)
    words = "  ".join(filter(None, (run.note, run.remark)))
    return (
        f"{run.name}  {' · '.join(run.parts.values())}  k = {run.k}{psnr}{state}{tags}{f'  {words}' if words else ''}"
    )
