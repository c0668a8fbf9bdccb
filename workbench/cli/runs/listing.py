"""What there is in a folder of runs."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from workbench.cli.output import say, say_json
from workbench.cli.runs import named
from workbench.refusal import Refusal

_INTERRUPTED = "interrupted"  # run.Outcome.INTERRUPTED, for which torch would be imported


def summaries(folder: Path, args: argparse.Namespace) -> None:
    """A line for each run that meets the conditions."""
    from workbench import run_folder

    found = run_folder.summaries(folder, _conditions(args.where))
    if args.json:
        say_json([asdict(each) for each in found])
        return
    if not found:
        say(f"no runs in {folder}: `workbench run --keep` puts one there")
    for each in found:
        psnr = "" if each.psnr is None else f"  {each.psnr:.2f} dB"
        state = "  running" if each.running else "  interrupted" if each.outcome == _INTERRUPTED else ""
        say(f"{each.name}  {' · '.join(each.parts.values())}  k = {each.k}{psnr}{state}")


def show(folder: Path, args: argparse.Namespace) -> None:
    """What made a run and how it ended; with --json its description."""
    paths = named.paths(folder, args)
    from workbench.records import open as opened

    for path in paths:
        record = opened(path)
        say_json(json.loads(record.result.attrs["spec"])) if args.json else say(repr(record))


def _conditions(given: list[str]) -> dict[str, str]:
    found = {}
    for text in given:
        path, equals, value = text.partition("=")
        if not (path and equals and value):
            raise Refusal("PATH=VALUE for --where", text, "such as --where prior.weight=20")
        found[path] = value
    return found
