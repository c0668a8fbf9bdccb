"""The runs that a command names."""

import argparse
from pathlib import Path

from workbench.refusal import Refusal


def paths(folder: Path, args: argparse.Namespace) -> list[Path]:
    """The files of the runs named, one at least, each once."""
    from workbench import run_folder

    if not args.names:
        raise Refusal(f"the name of a run to {args.what}", "none", "see `workbench runs list`")
    return list(dict.fromkeys(run_folder.path_of(name, folder) for name in args.names))
