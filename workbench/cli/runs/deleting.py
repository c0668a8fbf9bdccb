"""Runs, and what killed ones have left, removed from a folder."""

import argparse
from pathlib import Path

from workbench.cli.output import say, say_json
from workbench.cli.runs import named
from workbench.run_folder.folder_look import FolderLook


def delete(folder: Path, args: argparse.Namespace) -> None:
    """Delete the runs named; where one cannot be, those before it have been, and are told."""
    from workbench import run_folder

    paths = named.paths(folder, args)
    deleted = list[str]()
    try:
        for path in paths:
            run_folder.delete(path)
            deleted.append(str(path))
            if not args.json:
                say(f"deleted {path}")
    finally:
        if args.json:
            say_json(deleted)


def clean(folder: Path, args: argparse.Namespace) -> None:
    """Delete what killed runs have left; the runs themselves stay."""
    from workbench import storage

    FolderLook.at(folder)  # refused where it is no folder, or not ours to read
    found = storage.leftovers(folder)
    for left in found:
        left.clean()
    if args.json:
        told = [{"run": str(left.target), "deleted": [str(file) for file in left.files]} for left in found]
        say_json(told)
        return
    for left in found:
        stays = "which stays, as far as it was saved" if left.target.exists() else "of which nothing was saved"
        say(f"deleted what a killed run left beside {left.target}, {stays}")
    if not found:
        say(f"no killed run has left anything in {folder}")
