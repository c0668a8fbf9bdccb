"""`workbench kernel`: this environment as a kernel of Jupyter, with the device that its experiments run on."""

import argparse
import importlib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from workbench.cli.output import say, table
from workbench.refusal import Refusal, one_of

SUMMARY = "Offer this environment to Jupyter."
EXAMPLES = (
    "workbench kernel install",
    "workbench kernel install --name workbench-gpu --device cuda",
    "workbench kernel list",
)
_MARK = "workbench"  # the key in a kernel's metadata by which we know our own


@dataclass(frozen=True)
class Kernel:
    """A kernel of ours that Jupyter knows."""

    name: str
    title: str
    device: str
    python: str


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", help=", ".join(_ACTIONS))
    parser.add_argument("--name", default="workbench", help="name by which Jupyter knows the kernel (workbench)")
    parser.add_argument("--display-name", metavar="TEXT", help="what its menu shows (Workbench, and the device)")
    parser.add_argument("--device", help="where experiments run that name no device (the first GPU, else cpu)")


def main(args: argparse.Namespace) -> int:
    one_of("an action on kernels", args.action, _ACTIONS)
    _ACTIONS[args.action](args)
    return 0


def installed() -> list[Kernel]:
    """The kernels of ours that Jupyter finds; none where Jupyter is not installed."""
    try:
        manager = _manager()
    except Refusal:
        return []
    found = []
    for name, entry in sorted(manager.get_all_specs().items()):
        spec = entry["spec"]
        if _MARK in spec["metadata"]:
            found.append(Kernel(name, spec["display_name"], spec["metadata"][_MARK]["device"], spec["argv"][0]))
    return found


def _install(args: argparse.Namespace) -> None:
    from workbench import devices

    device = args.device or devices.fastest()
    devices.find(device)
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", args.name):
        raise Refusal("a name of small letters, digits, '.', '_' and '-'", repr(args.name), "give another --name")
    manager = _manager()
    if args.name in manager.find_kernel_specs() and args.name not in {k.name for k in installed()}:
        raise Refusal("a name that is free", f"{args.name!r}, another program's kernel", "give another --name")
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": args.display_name or f"Workbench ({device})",
        "language": "python",
        "env": {devices.VARIABLE: device},
        "metadata": {"debugger": True, _MARK: {"device": device}},
    }
    with TemporaryDirectory() as folder:
        (Path(folder) / "kernel.json").write_text(json.dumps(spec, indent=1) + "\n")
        where = manager.install_kernel_spec(folder, args.name, user=True)
    say(f"Jupyter's menu has {spec['display_name']!r}: {sys.executable}, experiments on {device}. It is in {where}")


def _list(args: argparse.Namespace) -> None:
    found = installed()
    rows = [(k.name, k.title, k.device, k.python) for k in found]
    say(table([("name", "in the menu", "device", "python"), *rows], indent="") if found else "no kernel of ours")


def _remove(args: argparse.Namespace) -> None:
    names = [k.name for k in installed()]
    if args.name not in names:
        remedy = f"--name one of {', '.join(names)}" if names else "there is nothing to remove"
        raise Refusal("a kernel of ours", repr(args.name), remedy)
    _manager().remove_kernel_spec(args.name)
    say(f"{args.name} is removed")


_ACTIONS: dict[str, Callable[[argparse.Namespace], None]] = {"install": _install, "list": _list, "remove": _remove}


def _manager() -> Any:
    try:
        return importlib.import_module("jupyter_client.kernelspec").KernelSpecManager()
    except ModuleNotFoundError as error:
        remedy = 'pip install "inverse-workbench[lab]"'
        raise Refusal("the package jupyter_client", "an installation without it", remedy) from error
