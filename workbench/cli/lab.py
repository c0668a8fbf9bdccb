"""`workbench lab`: JupyterLab on the notebooks, without a word to the network."""

import argparse
import importlib
import os
from pathlib import Path

from workbench.refusal import Refusal

SUMMARY = "Open JupyterLab on the notebooks."
EXAMPLES = ("workbench lab", "workbench lab --no-browser --port 8889")

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
# News, updates and the list of extensions are what JupyterLab asks the network for; the settings keep it from asking
# a person whether it may.
SETTINGS = Path(__file__).with_name("jupyter")
OFFLINE = (
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8888, help="port to listen on, or the next free one (8888)")
    parser.add_argument("--no-browser", action="store_true", help="print the address and open no browser")


def main(args: argparse.Namespace) -> int:
    try:
        app = importlib.import_module("jupyterlab.labapp").LabApp
    except ModuleNotFoundError as error:
        remedy = 'pip install "inverse-workbench[lab]"'
        raise Refusal("the package jupyterlab", "an installation without it", remedy) from error
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")])
    app.launch_instance(arguments(args.port, browser=not args.no_browser))
    return 0


def arguments(port: int, browser: bool = True) -> list[str]:
    """The arguments of JupyterLab."""
    if not NOTEBOOKS.is_dir():
        remedy = "clone the repository and install it with `make install`"
        raise Refusal("the folder of notebooks", f"{NOTEBOOKS}, which is not there", remedy)
    # In a container everybody is root, and JupyterLab would refuse.
    return [str(NOTEBOOKS), f"--port={port}", "--allow-root", *OFFLINE, *(() if browser else ("--no-browser",))]
