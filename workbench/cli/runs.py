"""`workbench runs`: the runs that `workbench run --keep` has put into a folder."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.output import say, say_json
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.run_folder import RunSummary

SUMMARY = "List, show or delete kept runs, and what killed ones have left."
EXAMPLES = (
    "workbench runs list",
    "workbench runs list --where prior=TotalVariation --where prior.weight=20 --json",
    "workbench runs gc",
    "workbench runs show 20261129-101500-Radon-PDHG",
)
_INTERRUPTED = "interrupted"  # run.Outcome.INTERRUPTED, for which torch would be imported


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("list", "show", "delete", "gc"), help="what to do")
    parser.add_argument("names", nargs="*", metavar="NAME", help="runs, by their names in the list")
    parser.add_argument("--folder", help="the folder (that in WORKBENCH_RUNS, else one in your home)")
    parser.add_argument(
        "--where", action="append", default=[], metavar="PATH=VALUE", help="only runs with this parameter or part"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of lines")


def main(args: argparse.Namespace) -> int:
    from workbench import run_folder

    folder = Path(args.folder) if args.folder else run_folder.usual_folder()
    if args.what == "list":
        _list(run_folder.summaries(folder, _conditions(args.where)), args.json, folder)
        return 0
    if args.what == "gc":
        _clean(folder, args.json)
        return 0
    if not args.names:
        raise Refusal(f"the name of a run to {args.what}", "none", "see `workbench runs list`")
    paths = [run_folder.path_of(name, folder) for name in args.names]
    if args.what == "show":
        from workbench.records import open as opened

        for path in paths:
            record = opened(path)
            say_json(json.loads(record.result.attrs["spec"])) if args.json else say(repr(record))
        return 0
    for path in paths:
        run_folder.delete(path)
        if not args.json:
            say(f"deleted {path}")
    if args.json:
        say_json([str(path) for path in paths])
    return 0


def _clean(folder: Path, as_json: bool) -> None:
    """Delete what killed runs have left; the runs themselves stay."""
    from workbench import storage

    found = storage.leftovers(folder)
    for left in found:
        left.clean()
    if as_json:
        told = [{"run": str(left.target), "deleted": [str(file) for file in left.files]} for left in found]
        say_json(told)
        return
    for left in found:
        stays = "which stays, as far as it was saved" if left.target.exists() else "of which nothing was saved"
        say(f"deleted what a killed run left beside {left.target}, {stays}")
    if not found:
        say(f"no killed run has left anything in {folder}")


def _conditions(given: list[str]) -> dict[str, str]:
    found = {}
    for text in given:
        path, equals, value = text.partition("=")
        if not (path and equals and value):
            raise Refusal("PATH=VALUE for --where", text, "such as --where prior.weight=20")
        found[path] = value
    return found


def _list(found: "list[RunSummary]", as_json: bool, folder: Path) -> None:
    if as_json:
        say_json([asdict(each) for each in found])
        return
    if not found:
        say(f"no runs in {folder}: `workbench run --keep` puts one there")
    for each in found:
        psnr = "" if each.psnr is None else f"  {each.psnr:.2f} dB"
        state = "  running" if each.running else "  interrupted" if each.outcome == _INTERRUPTED else ""
        say(f"{each.name}  {' · '.join(each.parts.values())}  k = {each.k}{psnr}{state}")
