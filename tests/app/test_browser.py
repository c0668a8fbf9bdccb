"""The served page in a real browser: what a person does, and what leaves the machine (nothing)."""

import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api")
PATIENCE = 60  # seconds: machines that run tests may have a fraction of one core for server and browser
playwright.expect.set_options(timeout=1000 * PATIENCE)
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
SMALL = "truth=shepp_logan&truth.size=64&steps=100000"
RACE = "reading 'top_panel'"  # Panel 1.9 measures a Bokeh figure before its first layout; the next layout is right
TOLD = "Upload error: "  # the file input writes there, too, what the page says


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The real server on a free port, in a process of its own."""
    import subprocess
    import sys

    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    code = f"from workbench.app.serve import serve\nserve(port={port}, announce=lambda a: print(a, flush=True))"
    server = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert server.stdout is not None
    found = server.stdout.readline().strip()
    assert found.startswith("http")
    yield found
    server.terminate()
    server.wait(30)  # on a machine that has other things to do


@pytest.fixture(scope="module")
def chromium() -> Iterator["playwright.Browser"]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: "playwright.Browser") -> Iterator["playwright.Page"]:
    """A page that refuses and lists every request that is not local, and every error."""
    made = chromium.new_page(viewport={"width": 1366, "height": 768})
    away: list[str] = []
    errors: list[str] = []

    def gate(route: "playwright.Route") -> None:
        if re.match(r"(https?|wss?)://(localhost|127\.0\.0\.1)[:/]", route.request.url):
            route.continue_()
        else:
            away.append(route.request.url)
            route.abort()

    made.route("**/*", gate)
    made.on("console", lambda m: errors.append(m.text) if m.type == "error" and TOLD not in m.text else None)
    made.on("pageerror", lambda e: errors.append(str(e)) if RACE not in str(e) else None)
    made.set_default_timeout(1000 * PATIENCE)
    yield made
    made.close()
    assert not away
    assert not errors


def opened(page: "playwright.Page", address: str, query: str = SMALL) -> None:
    page.goto(f"{address}?{query}")
    playwright.expect(page.get_by_role("button", name="Pause", exact=True)).to_be_enabled()


def said(page: "playwright.Page") -> str:
    return page.get_by_text(re.compile(r"iteration \d+ of")).inner_text()


def iteration(page: "playwright.Page") -> int:
    return int(re.search(r"iteration (\d+) of", said(page))[1])


def until(page: "playwright.Page", reached: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.perf_counter() + seconds
    while not reached():
        assert time.perf_counter() < end, "not reached in time"
        page.wait_for_timeout(100)  # unlike time.sleep, it lets the page's events through


def press(page: "playwright.Page", name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def picture(page: "playwright.Page") -> bytes:
    """What is seen of the four pictures."""
    return page.screenshot(clip={"x": 310, "y": 120, "width": 1040, "height": 250})


def test_the_run_moves_when_the_page_opens_and_obeys_its_buttons(page, address) -> None:
    opened(page, address)
    before, k = picture(page), iteration(page)
    until(page, lambda: iteration(page) > k)
    assert picture(page) != before
    press(page, "Pause")
    until(page, lambda: "paused" in said(page))
    k = iteration(page)
    page.wait_for_timeout(400)
    assert iteration(page) == k
    press(page, "Step")
    until(page, lambda: iteration(page) == k + 1)
    press(page, "Reset")
    until(page, lambda: iteration(page) == 0)
    press(page, "Play")
    until(page, lambda: iteration(page) > 0)
    press(page, "Cancel")
    until(page, lambda: "cancelled" in said(page))
    assert page.get_by_role("button", name="Pause", exact=True).is_disabled()
    press(page, "Play")
    until(page, lambda: "running" in said(page))


def test_a_slider_changes_the_picture_and_the_address(page, address) -> None:
    opened(page, address)
    press(page, "Pause")
    until(page, lambda: "paused" in said(page))
    slider = page.get_by_role("slider", name="weight")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("PageUp")
    until(page, lambda: "prior.weight" in page.url)
    before = picture(page)
    press(page, "Play")
    until(page, lambda: picture(page) != before)


def test_a_bad_value_is_said_beside_its_control_and_the_run_goes_on(page, address) -> None:
    opened(page, address)
    field = page.get_by_role("textbox", name="width, px, typed")
    field.fill("wide")
    field.press("Enter")
    playwright.expect(page.get_by_text(re.compile("wanted a number.*got 'wide'"))).to_be_visible()
    k = iteration(page)
    until(page, lambda: iteration(page) > k)
    field.fill("1.5")
    field.press("Enter")
    playwright.expect(page.get_by_text(re.compile("got 'wide'"))).to_be_hidden()


def test_an_algorithm_that_cannot_run_is_greyed_with_its_reason(page, address) -> None:
    opened(page, address)
    page.get_by_role("combobox", name=re.compile("^Algorithm")).click()
    item = page.get_by_role("menuitem", name=re.compile("ConjugateGradient needs a quadratic form"))
    playwright.expect(item).to_be_visible()
    assert item.get_attribute("aria-disabled") == "true"
    page.keyboard.press("Escape")


def test_own_files_are_opened_or_refused(page, address, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    good, bad = tmp_path / "mine.png", tmp_path / "diary.png"
    image.fromarray((np.indices((40, 40)).sum(0) % 8 * 30).astype(np.uint8)).save(good)
    bad.write_text("dear diary")
    opened(page, address)
    press(page, "Your own file")
    chooser = page.locator("input[type=file]")
    chooser.set_input_files(bad)
    playwright.expect(page.get_by_text(re.compile("diary.png.*whose content is not"))).to_be_visible()
    k = iteration(page)
    until(page, lambda: iteration(page) > k)
    chooser.set_input_files(good)
    playwright.expect(page.get_by_role("combobox", name=re.compile("^Signal"))).to_contain_text("mine.png")


def test_a_file_over_the_cap_gets_a_word(page, address, tmp_path: Path) -> None:
    """The browser refuses it: nothing is sent, and the page says so beside the button."""
    large = tmp_path / "large.npy"
    with large.open("wb") as stream:
        stream.truncate(33 * 2**20)
    opened(page, address)
    press(page, "Your own file")
    page.locator("input[type=file]").set_input_files(large)
    playwright.expect(page.get_by_text(re.compile(r"wanted a file of at most 32 MB.*large\.npy"))).to_be_visible()


def test_a_diverged_run_says_what_helps(page, address) -> None:
    query = "truth=camera&truth.size=64&prior=Tikhonov&algorithm=GradientDescent&algorithm.step_size=5&steps=9999"
    page.goto(f"{address}?{query}")
    alert = page.get_by_role("alert").filter(has_text="step")
    playwright.expect(alert).to_be_visible()
    assert "diverged" in said(page)
    press(page, "Repair: step size automatic")
    playwright.expect(alert).to_be_hidden()
    assert "diverged" not in said(page)


def test_every_tab_shows_something_and_pythons_reads(page, address) -> None:
    opened(page, address)
    page.get_by_role("tab", name="Compare").click()
    playwright.expect(page.get_by_role("slider", name="divider")).to_be_visible()
    page.get_by_role("tab", name="Spectrum").click()
    playwright.expect(page.get_by_text(re.compile(r"\d+ of at most \d+ Hessian products")).first).to_be_visible()
    page.get_by_role("tab", name="Information").click()
    playwright.expect(page.get_by_text(re.compile(r"bits below the bottleneck curve")).first).to_be_visible()
    page.get_by_role("tab", name="Network").click()
    playwright.expect(page.get_by_text(re.compile(r"running at epoch \d+ of 8000"))).to_be_visible()
    page.get_by_role("tab", name="Python").click()
    playwright.expect(page.get_by_text("from workbench import").first).to_be_visible()


def test_saved_runs_come_down(page, address) -> None:
    opened(page, address, "truth=shepp_logan&truth.size=32&steps=100000")
    with page.expect_download() as coming:
        press(page, "Save figure")
    assert Path(coming.value.path()).read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as coming:
        press(page, "Save run")
    assert Path(coming.value.path()).read_bytes()[1:4] == b"HDF"


def test_closing_the_tab_ends_its_job(chromium, address) -> None:
    """Seen from outside: the server process uses no more processor once nobody is there."""
    page = chromium.new_page()
    opened(page, address)
    page.close()
    end = time.perf_counter() + PATIENCE
    while busy(address) > 0.2:
        assert time.perf_counter() < end, "a run outlived its page"


def busy(address: str) -> float:
    """The share of a processor that the server took over half a second."""
    psutil = pytest.importorskip("psutil")
    port = int(address.rstrip("/").rpartition(":")[2])
    pid = next(c.pid for c in psutil.net_connections("tcp") if c.laddr.port == port and c.status == "LISTEN")
    return psutil.Process(pid).cpu_percent(0.5) / 100
