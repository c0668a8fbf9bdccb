"""Runs copied out of their folder, with what explains them."""

import argparse
from pathlib import Path

from workbench.cli.output import say, say_json
from workbench.cli.runs import named
from workbench.refusal import Refusal


def export(folder: Path, args: argparse.Namespace) -> None:
    """Write the runs named, in the folder or by their files, as files or into one ZIP file."""
    from workbench import run_folder

    paths = named.paths(folder, args, files=True)
    if not args.out:
        raise Refusal("where to write the runs", "no --out", "give a folder, or a file that ends in .zip")
    written = run_folder.export(paths, Path(args.out), args.unit or "")
    if args.json:
        say_json([str(path) for path in written])
        return
    for path in written:
        say(f"saved {path}")
