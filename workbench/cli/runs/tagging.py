"""Tags and notes of runs."""

import argparse
from pathlib import Path

from workbench.cli.output import say, say_json
from workbench.cli.runs import named
from workbench.refusal import Refusal


def tag(folder: Path, args: argparse.Namespace) -> None:
    """Add and remove tags of the runs named, and write their note."""
    from workbench import run_folder

    paths = named.paths(folder, args)
    if not (args.add or args.remove or args.note is not None):
        raise Refusal("something to change", "none of --add, --remove and --note", "write such as --add thesis")
    found = {path.stem: run_folder.tag(path, args.add, args.remove, args.note) for path in paths}
    if args.json:
        say_json([{"name": name, "tags": list(new.tags), "note": new.note} for name, new in found.items()])
        return
    for name, new in found.items():
        say(f"{name}  {' '.join(f'#{each}' for each in new.tags) or 'no tags'}{f'  {new.note}' if new.note else ''}")
