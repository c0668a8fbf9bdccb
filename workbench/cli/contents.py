"""`workbench data`: what is in a file."""

import argparse

from workbench.cli.output import say, say_json, table

SUMMARY = "List the arrays of a file, with a guess of what each is."
EXAMPLES = ("workbench data scan.h5", "workbench data series.mrc --json")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file of any format that can be read, or a Zarr store")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a tree")


def main(args: argparse.Namespace) -> int:
    from workbench.data.contents import as_json, contents, tree
    from workbench.tensors import shown

    kind, found = contents(args.file)
    if args.json:
        say_json({"file": args.file, "format": kind, "arrays": as_json(found)})
        return 0
    say(f"{args.file}: {kind}")
    empty = ("", "", "", "")
    rows = [
        (line, *((shown(each.shape) or "one number", each.dtype, each.units, each.guess) if each else empty))
        for line, each in tree(found)
    ]
    say(table(rows) if rows else "  no arrays")
    return 0
