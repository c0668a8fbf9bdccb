"""`workbench runs`: the runs that `workbench run --keep` has put into a folder."""

import argparse
from collections.abc import Callable
from pathlib import Path

from workbench.cli.runs import comparing, deleting, exporting, listing, tagging
from workbench.run_folder import ORDERS
from workbench.run_folder.picture_export import UNITS

SUMMARY = "List, show, compare, tag, export or delete kept runs, and what killed ones have left."
EXAMPLES = (
    "workbench runs list",
    "workbench runs list --where prior=TotalVariation --where prior.weight=20 --json",
    "workbench runs list --tag thesis --sort psnr",
    "workbench runs tag 20261129-101500-Radon-PDHG --add thesis --note 'for figure 3'",
    "workbench runs export 20261129-101500-Radon-PDHG --out figure3.zip",
    "workbench runs export 20261129-101500-Radon-PDHG --out slice.mrc --unit nm",
    "workbench runs compare fista.nc pdhg.nc --report report.html",
    "workbench runs gc",
    "workbench runs show 20261129-101500-Radon-PDHG",
)
ACTIONS: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "list": listing.summaries,
    "show": listing.show,
    "tag": tagging.tag,
    "export": exporting.export,
    "compare": comparing.compare,
    "delete": deleting.delete,
    "gc": deleting.clean,
}


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=tuple(ACTIONS), help="what to do")
    parser.add_argument("names", nargs="*", metavar="NAME", help="runs, by their names in the list")
    parser.add_argument("--folder", help="the folder (that in WORKBENCH_RUNS, else one in your home)")
    parser.add_argument(
        "--where", action="append", default=[], metavar="PATH=VALUE", help="only runs with this parameter or part"
    )
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="only runs that bear this tag")
    parser.add_argument("--sort", choices=tuple(ORDERS), default="saved", help="the order of the list (saved)")
    parser.add_argument("--add", action="append", default=[], metavar="TAG", help="a tag to add")
    parser.add_argument("--remove", action="append", default=[], metavar="TAG", help="a tag to remove")
    parser.add_argument("--note", metavar="TEXT", help="the note of a run, in place of the one it has; '' for none")
    parser.add_argument("--out", metavar="PLACE", help="where to export to: a folder, or a file that ends in .zip")
    parser.add_argument(
        "--unit", choices=UNITS, help="of the operator's pixel, for a picture that ends in .tif, .mrc or .nii"
    )
    comparing.options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of lines")


def main(args: argparse.Namespace) -> int:
    from workbench import run_folder

    ACTIONS[args.what](Path(args.folder) if args.folder else run_folder.usual_folder(), args)
    return 0
