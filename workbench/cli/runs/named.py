"""The runs that a command names."""

import argparse
from pathlib import Path

from workbench.refusal import Refusal
from workbench.run_folder.folder_look import is_file

_ENDING = ".nc"


def paths(folder: Path, args: argparse.Namespace, files: bool = False) -> list[Path]:
    """The files of the runs named, one at least, each once; with `files` they may lie elsewhere."""
    from workbench import run_folder

    if not args.names:
        raise Refusal(f"the name of a run to {args.what}", "none", "see `workbench runs list`")
    find = file if files else run_folder.path_of
    return list(dict.fromkeys(find(name, folder) for name in args.names))


def file(name: str, folder: Path) -> Path:
    """The file of a run; a name with an ending or a folder in it is one already."""
    from workbench import run_folder

    given = Path(name)
    if is_file(given) or (given.suffix == _ENDING and len(given.parts) > 1):
        return given
    return run_folder.path_of(name, folder)
