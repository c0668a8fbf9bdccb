"""The runs tab in a browser, by two people at once: keep, tag, find, take away, open, delete; nothing is markup."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.app.browsing import PATIENCE, free_port, opened, press, until, watched
from workbench import records, run_folder
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.operators import GaussianBlur
from workbench.priors import Tikhonov, TotalVariation

EVIL = "<img src=x onerror=alert(1)>"
pytestmark = pytest.mark.browser
QUERY = "truth=shepp_logan&truth.size=32&steps=40"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    code = f"""from pathlib import Path
from workbench.app.serving.options import Serving
from workbench.app.serving.serve import serve
serve(Serving(port={free_port()}, runs=Path({str(folder)!r})), announce=lambda a: print(a, flush=True))"""
    log = folder.with_suffix(".log")
    with log.open("w") as errors:
        server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
            server.wait(PATIENCE)
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("browser") / "runs"
    made.mkdir()
    for prior in (Tikhonov(0.5), TotalVariation(3.0)):
        experiment = Experiment(Shipped("camera", 32), GaussianBlur((1, 32, 32)), prior=prior, steps=12)
        run_folder.keep(experiment.run(), made)
    run_folder.tag(next(made.glob("*ADMM.nc")), ["theirs"], note=EVIL)
    return made


def rows(page: Any) -> Any:
    return page.get_by_role("checkbox", name=re.compile("^select "))


def looked(page: Any, address: str) -> None:
    page.goto(f"{address}?{QUERY}")
    page.get_by_role("tab", name="Runs").click()
    rows(page).first.wait_for()


def test_runs_are_kept_found_tagged_taken_opened_and_deleted(folder: Path, chromium: Any) -> None:
    with serving(folder) as address, watched(chromium) as page, watched(chromium) as other:
        looked(page, address)
        looked(other, address)
        page.get_by_role("button", name="Keep", exact=True).click()
        for each in (page, other):  # what one person keeps the other sees
            until(each, lambda each=each: rows(each).count() == 3)
        field = page.get_by_role("textbox", name="filter")
        field.fill("prior=TotalVariation truth=camera")
        field.press("Enter")
        until(page, lambda: rows(page).count() == 1)
        assert page.get_by_role("textbox", name=re.compile("^note of ")).input_value() == EVIL
        tags = page.get_by_role("textbox", name=re.compile("^tags of "))
        tags.fill(f"theirs, {EVIL}")
        tags.press("Enter")
        path = folder / f"{rows(page).get_attribute('value')}.nc"
        until(page, lambda: EVIL in run_folder.run_tags.read(path).tags)
        until(page, lambda: tags.input_value() == f"{EVIL}, theirs")
        rows(page).check()
        with page.expect_download() as got:
            page.get_by_role("button", name="Download", exact=True).click()
        assert got.value.suggested_filename == path.name
        assert records.open(got.value.path()).k == 12
        page.get_by_role("button", name="Open", exact=True).click()
        page.get_by_text(re.compile("at iteration 12, its end")).wait_for()
        page.get_by_text("iteration 12 of 12").wait_for()
        page.get_by_role("button", name="Play", exact=True).click()
        page.get_by_text("iteration 24 of 24").wait_for()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name="Delete this run for good").click()
        until(other, lambda: rows(other).count() == 2)
        assert not path.exists() and not run_folder.run_tags.sidecar(path).exists()


def test_a_saved_run_is_dropped_on_a_page_that_keeps_none(address: str, chromium: Any, tmp_path: Path) -> None:
    experiment = Experiment(Shipped("camera", 32), GaussianBlur((1, 32, 32)), prior=Tikhonov(0.5), steps=12)
    experiment.run(out=tmp_path / "mine.nc")
    with watched(chromium) as page:
        opened(page, address, QUERY + "00")
        press(page, "Pause")
        press(page, "Your own file")
        page.locator("input[type=file]").first.set_input_files(tmp_path / "mine.nc")
        page.get_by_text(re.compile("This saved run is shown at its end")).wait_for()
        page.get_by_text("iteration 12 of 12").wait_for()
        press(page, "Step")
        page.get_by_text("iteration 13 of 13").wait_for()
        page.get_by_role("tab", name="Runs").click()
        page.get_by_text(re.compile("workbench serve --runs FOLDER")).wait_for()
