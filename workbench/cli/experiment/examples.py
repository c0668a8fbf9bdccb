"""`workbench examples`: scans that instruments took, to begin with."""

import argparse
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.output import say, say_json, table
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    from workbench.data import ExampleInfo

SUMMARY = "List examples, scans and problems of what lies behind a picture; tell of one, or copy its files."
EXAMPLES = (
    "workbench examples list",
    "workbench examples show tilt_series",
    "workbench examples copy bars --out bars",
    "workbench run --example tilt_series --out needle.nc",
)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", help=", ".join(_ACTIONS))
    parser.add_argument("names", nargs="*", metavar="NAME", help="an example that `list` shows")
    parser.add_argument("--json", action="store_true", help="the answer as JSON")
    parser.add_argument("--out", metavar="FOLDER", help="where the files go: a new folder")


def main(args: argparse.Namespace) -> int:
    return _ACTIONS[one_of("an action on examples", args.action, _ACTIONS)](args)


def _list(args: argparse.Namespace) -> int:
    from workbench import example_scans
    from workbench.data import example_info

    if args.names:
        remedy = "`workbench examples show NAME` tells of one"
        raise Refusal("no names after list", ", ".join(args.names), remedy)
    found = [example_info(name) for name in example_scans.names()]
    if args.json:
        say_json([_plain(info) for info in found])
    else:
        rows = ((e.name, e.title, "not installed" if e.missing else "") for e in found)
        say(table([("example", "what it is", ""), *rows]))
    return 0


def _show(args: argparse.Namespace) -> int:
    info = _one(args)
    if args.json:
        say_json(_plain(info))
        return 0
    say(f"{info.title}\n{info.about}\nfrom {info.origin}\nlicence: {info.licence}")
    if info.missing:
        say(info.missing)
        return 0
    from workbench import example_scans
    from workbench.parameters import spelled

    made = example_scans.example(info.name)
    for kind in ("operator", "parametrisation", "noise", "prior", "algorithm"):
        say(f"  {kind}: {spelled(getattr(made, kind))}")
    say(f"workbench run --example {info.name} --out {info.name}.nc")
    return 0


def _copy(args: argparse.Namespace) -> int:
    info = _one(args)
    if not args.out:
        raise Refusal("a folder for the files", "none", f"say --out {info.name}")
    if not info.files:
        raise Refusal(
            "an example with files", f"{info.name}, which is made by a recipe", f"workbench run --example {info.name}"
        )
    paths, folder = [info.path(part) for part in info.files], Path(args.out)
    if folder.exists():
        raise Refusal("a new folder", f"{folder}, which is there", "give another name, or delete it")
    try:
        folder.mkdir(parents=True)
        copies = [shutil.copyfile(path, folder / path.name) for path in paths]
    except OSError as error:
        remedy = "choose a place that can be written"
        raise Refusal("a place for the files", f"{folder} ({error.strerror})", remedy) from error
    if args.json:
        say_json({"example": info.name, "files": [str(path) for path in copies]})
        return 0
    for path in copies:
        say(f"saved {path}")
    say(f"licence: {info.licence}\nworkbench data {copies[0]}")
    return 0


def _one(args: argparse.Namespace) -> "ExampleInfo":
    from workbench.data import example_info

    if len(args.names) != 1:
        raise Refusal("the name of one example", f"{len(args.names)} names", "`workbench examples list` shows them")
    return example_info(args.names[0])


def _plain(info: "ExampleInfo") -> Mapping[str, object]:
    keys = ("name", "title", "about", "licence", "origin", "missing")
    return {key: getattr(info, key) for key in keys}


_ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {"list": _list, "show": _show, "copy": _copy}
