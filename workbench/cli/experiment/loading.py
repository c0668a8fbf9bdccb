"""`--load FILE.py`, shared by the commands: classes of one's own join the catalogue."""

import argparse


def option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--load", action="append", default=[], metavar="FILE.py", help="a file with classes of your own; repeat it"
    )


def load(args: argparse.Namespace) -> None:
    """Run the files that were given."""
    if args.load:
        from workbench import catalog

        for file in args.load:
            catalog.load(file)
