"""The page as the last line of a cell, in JupyterLab: what a person sees there."""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest

from tests.app.browsing import free_port, playwright, until, watched

pytestmark = pytest.mark.browser
pytest.importorskip("jupyterlab")
CELL = """from workbench.app.main import create_app
from workbench.data import Shipped
from workbench.experiment import Experiment

create_app(Experiment(Shipped("shepp_logan", 64), steps=100000).fitted((1, 64, 64)))"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """The address of a notebook with one cell, in a JupyterLab of its own."""
    cells = [nbformat.v4.new_code_cell(CELL)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, tmp_path / "mine.ipynb")
    with in_lab(tmp_path) as address:
        yield f"{address}/lab/tree/mine.ipynb"


@contextmanager
def in_lab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab of its own on a folder."""
    port, home = free_port(), {"JUPYTER_CONFIG_DIR": str(folder / "config"), "HOME": str(folder)}
    line = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--expose-app-in-browser",
    ]
    line += ["--IdentityProvider.token=", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    line += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(line, stdout=log, stderr=log, env=os.environ | home)
    yield f"http://localhost:{port}"
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:  # jupyter-server does not end where a kernel was started anew
        server.kill()
        server.wait(30)


TILE = """from workbench.cli.tile import tile

c.ServerProxy.servers = {"workbench": tile()}
"""


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab that was told of the tile as its entry point tells it."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_server_config.py").write_text(TILE)
    with in_lab(tmp_path) as address:
        yield address


def test_a_tile_in_the_launcher_opens_the_page(chromium, launcher, tmp_path):
    with watched(chromium, expected=".") as page:
        until(page, lambda: answers(f"{launcher}/lab"))
        page.goto(f"{launcher}/lab")
        playwright.expect(page.locator(".jp-LauncherCard[title*=Workbench]").first).to_be_visible()
        page.goto(f"{launcher}/workbench/")
        playwright.expect(page.get_by_text(re.compile(r"iteration [1-9]\d* of"))).to_be_visible(timeout=120_000)
        page.screenshot(path=tmp_path / "tile.png")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_a_cell_shows_the_workbench_and_its_run_moves(chromium, lab):
    with watched(chromium, expected=".") as page:
        until(page, lambda: answers(lab))
        page.goto(lab)
        playwright.expect(page.get_by_role("button", name=re.compile("Idle"))).to_be_visible()
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        frame = page.frame_locator("iframe[title=Workbench]")
        playwright.expect(frame.get_by_role("slider", name="weight")).to_be_visible()
        playwright.expect(frame.get_by_role("tab", name="Spectrum")).to_be_visible()
        words = frame.get_by_text(re.compile(r"iteration \d+ of"))
        first = words.inner_text()
        until(page, lambda: words.inner_text() != first)
        assert re.fullmatch(r"/proxy/\d+/", page.locator("iframe[title=Workbench]").get_attribute("src") or "")
        assert {urlsplit(each.url).port for each in page.frames if each.url.startswith("http")} == {urlsplit(lab).port}
        assert "partial" not in page.locator(".jp-OutputArea-output").first.inner_text()
