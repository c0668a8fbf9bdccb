"""`workbench lab`: JupyterLab on the notebooks, without a word to the network."""

import argparse
import importlib
import os
import shutil
from pathlib import Path

from workbench.cli.output import say
from workbench.refusal import Refusal
from workbench.tutorials import NOTEBOOKS, PACKAGED

SUMMARY = "Open JupyterLab on the notebooks."
EXAMPLES = ("workbench lab", "workbench lab --no-browser --port 8889")

COPIES = "workbench_notebooks"
# News, updates and the list of extensions are what JupyterLab asks the network for; the settings keep it from asking
# a person whether it may.
SETTINGS = Path(__file__).parent  # labconfig/ is in it
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
    app.launch_instance(arguments(folder(), args.port, browser=not args.no_browser))
    return 0


def folder() -> Path:
    """The notebooks of a checkout; those of an installation as copies in the folder where one stands.

    A copy that is there already stays: it may have been changed.
    """
    if not PACKAGED.is_dir():
        if not NOTEBOOKS.is_dir():
            remedy = "install the workbench again, from a wheel or a whole checkout"
            raise Refusal("the folder of notebooks", f"an installation without {PACKAGED}", remedy)
        return NOTEBOOKS
    copies = Path.cwd() / COPIES
    try:
        copies.mkdir(exist_ok=True)
        for notebook in PACKAGED.glob("*.ipynb"):
            if not (copies / notebook.name).exists():
                shutil.copyfile(notebook, copies / notebook.name)
    except OSError as error:
        remedy = "start it in a folder that can be written"
        raise Refusal("a place for copies of the notebooks", f"{copies} ({error.strerror})", remedy) from error
    say(f"notebooks are copied to {copies}; those that are there stay as they are")
    return copies


def arguments(notebooks: Path, port: int, browser: bool = True) -> list[str]:
    """The arguments of JupyterLab."""
    # In a container everybody is root, and JupyterLab would refuse.
    return [str(notebooks), f"--port={port}", "--allow-root", *OFFLINE, *(() if browser else ("--no-browser",))]
