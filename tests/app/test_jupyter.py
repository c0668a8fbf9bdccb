"""The page as the last line of a cell, in JupyterLab: what a person sees there."""

import re
from urllib.parse import urlsplit

import pytest

from tests.app.browsing import playwright, until, watched

pytestmark = pytest.mark.browser
pytest.importorskip("jupyterlab")
CELL = """from workbench.app.main import create_app
from workbench.data import Shipped
from workbench.experiment import Experiment

create_app(Experiment(Shipped("shepp_logan", 64), steps=100000).fitted((1, 64, 64)))"""


def test_a_tile_in_the_launcher_opens_the_page(chromium, lab, tmp_path):
    with watched(chromium, expected=".") as page:
        page.goto(f"{lab.address}/lab?reset")  # else what was open last is in place of the launcher
        playwright.expect(page.locator(".jp-LauncherCard[title*=Workbench]").first).to_be_visible()
        page.goto(f"{lab.address}/workbench/")
        playwright.expect(page.get_by_text(re.compile(r"iteration [1-9]\d* of"))).to_be_visible()
        page.screenshot(path=tmp_path / "tile.png")


def test_a_cell_shows_the_workbench_and_its_run_moves(chromium, lab):
    lab.put("page.ipynb", [CELL])
    with watched(chromium, expected=".") as page:
        lab.open(page, "page.ipynb").run(0)
        frame = page.frame_locator("iframe[title=Workbench]")
        playwright.expect(frame.get_by_role("slider", name="weight")).to_be_visible()
        playwright.expect(frame.get_by_role("tab", name="Spectrum")).to_be_visible()
        words = frame.get_by_text(re.compile(r"iteration \d+ of"))
        first = words.inner_text()
        until(page, lambda: words.inner_text() != first)
        assert re.fullmatch(r"/proxy/\d+/", page.locator("iframe[title=Workbench]").get_attribute("src") or "")
        assert {urlsplit(each.url).port for each in page.frames if each.url.startswith("http")} == {
            urlsplit(lab.address).port
        }
        assert "partial" not in page.locator(".jp-OutputArea-output").first.inner_text()
