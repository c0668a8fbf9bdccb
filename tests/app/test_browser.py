"""The served page in a real browser: what a person does, and what leaves the machine (nothing)."""

import re
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

from tests.app.browsing import (
    PATIENCE,
    SMALL,
    iteration,
    opened,
    picture,
    playwright,
    press,
    rest,
    said,
    typed,
    until,
    watched,
)

pytestmark = pytest.mark.browser


def test_the_run_moves_when_the_page_opens_and_obeys_its_buttons(page, address) -> None:
    opened(page, address)
    k = iteration(page)
    until(page, lambda: iteration(page) > k)
    press(page, "Pause")
    until(page, lambda: "paused" in said(page))
    k = iteration(page)
    page.wait_for_timeout(400)
    assert iteration(page) == k
    press(page, "Step")
    until(page, lambda: iteration(page) == k + 1)
    press(page, "Reset")
    until(page, lambda: iteration(page) == 0)
    start = picture(page)  # what moves is seen from here: a run that has arrived no longer changes its picture
    press(page, "Play")
    until(page, lambda: iteration(page) > 0)
    until(page, lambda: picture(page) != start)
    press(page, "Cancel")
    until(page, lambda: "cancelled" in said(page))
    # One message tells of both; a browser draws one part after the other.
    playwright.expect(page.get_by_role("button", name="Pause", exact=True)).to_be_disabled()
    press(page, "Play")
    until(page, lambda: "running" in said(page))


def test_a_part_in_a_part_is_chosen_in_its_place_and_is_there_again_after_a_reload(page, address) -> None:
    opened(page, address, f"{SMALL}&prior=Sum")
    second = page.get_by_role("combobox", name=re.compile("^second"))
    playwright.expect(second).to_contain_text("L1")
    second.click()
    page.get_by_role("menuitem", name="Box", exact=True).click()
    playwright.expect(second).to_contain_text("Box")
    typed(page, "low", "-1")
    until(page, lambda: "prior.second=Box" in page.url and "prior.second.low=-1" in page.url)
    page.reload()
    playwright.expect(second).to_contain_text("Box")
    playwright.expect(page.get_by_role("textbox", name="low, typed")).to_have_value("-1")


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
    typed(page, "width, px", "wide")
    playwright.expect(page.get_by_text(re.compile("wanted a number.*got 'wide'"))).to_be_visible()
    k = iteration(page)
    until(page, lambda: iteration(page) > k)
    typed(page, "width, px", "1.5")
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
    chooser = page.locator("input[type=file]").first
    chooser.set_input_files(bad)
    playwright.expect(page.get_by_text(re.compile("diary.png.*whose content is not"))).to_be_visible()
    # Until its label says so the element is still being exchanged for another, and what it is given is lost.
    playwright.expect(page.get_by_text("Uploaded diary.png")).to_be_visible()
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
    page.locator("input[type=file]").first.set_input_files(large)
    playwright.expect(page.get_by_text(re.compile(r"wanted a file of at most 32 MB.*large\.npy"))).to_be_visible()


def test_a_diverged_run_says_what_helps(page, address) -> None:
    query = "truth=camera&truth.size=64&prior=Tikhonov&algorithm=GradientDescent&algorithm.step_size=5&steps=9999"
    page.goto(f"{address}?{query}")
    alert = page.get_by_role("alert").filter(has_text="step")
    playwright.expect(alert).to_be_visible()
    until(page, lambda: "diverged" in said(page))
    press(page, "Repair: step size automatic")
    playwright.expect(alert).to_be_hidden()
    until(page, lambda: "diverged" not in said(page))


def test_every_tab_shows_something_and_pythons_reads(page, address) -> None:
    opened(page, address)
    page.get_by_role("tab", name="Compare").click()
    playwright.expect(page.get_by_role("slider", name="row")).to_be_visible()
    page.get_by_role("tab", name="Spectrum").click()
    playwright.expect(page.get_by_text(re.compile(r"\d+ of at most \d+ Hessian products")).first).to_be_visible()
    page.get_by_role("tab", name="Information").click()
    playwright.expect(page.get_by_text(re.compile(r"bits below the bottleneck curve")).first).to_be_visible()
    page.get_by_role("tab", name="Network").click()
    playwright.expect(page.get_by_text(re.compile(r"paused at epoch 0 of 8000"))).to_be_visible()
    plays = page.get_by_role("button", name="Play", exact=True)
    playwright.expect(plays).to_have_count(2)  # that of the run, and that of the training
    plays.last.click()
    playwright.expect(page.get_by_text(re.compile(r"running at epoch [1-9]\d* of 8000"))).to_be_visible()
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
    page.get_by_role("tab", name="Python").click()
    with page.expect_download() as coming:
        press(page, "Save as notebook")
    assert nbformat.read(coming.value.path(), 4).cells[0].source.endswith("wb = Workbench(experiment)\nwb")


def test_closing_the_tab_ends_its_job(chromium, address) -> None:
    """Seen from outside: the server process uses no more processor once nobody is there."""
    page = chromium.new_page()
    page.set_default_timeout(1000 * PATIENCE)
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


def test_back_takes_the_page_along(page, address) -> None:
    opened(page, address)
    field = page.get_by_role("textbox", name="weight, typed")
    first = field.input_value()
    typed(page, "weight", "3")
    until(page, lambda: "prior.weight=3" in page.url)
    page.go_back()
    playwright.expect(field).to_have_value(first)
    until(page, lambda: "prior.weight=3" not in page.url)
    page.go_forward()
    playwright.expect(field).to_have_value("3")


def test_the_copy_buttons_copy_and_answer(page, address) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page, address)
    press(page, "Copy link")
    playwright.expect(page.get_by_role("button", name="Copied")).to_be_visible()
    until(page, lambda: page.evaluate("navigator.clipboard.readText()") == page.url)
    page.get_by_role("tab", name="Python").click()
    press(page, "Copy as Python")
    until(page, lambda: page.evaluate("navigator.clipboard.readText()").startswith("from workbench import"))


def beyond(page, width: int) -> list[str]:
    """The buttons that end beyond the right edge."""
    found = []
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        if box and box["x"] + box["width"] > width:
            found.append(button.inner_text() or str(button.get_attribute("aria-label")))
    return found


def test_on_a_narrow_page_everything_can_be_reached(chromium, address) -> None:
    """A click waits for what lies above a tab to go away; what begins beyond the edge is never seen."""
    with watched(chromium, width=1024) as page:
        opened(page, address)
        for name in ("Compare", "Spectrum", "Information", "Uncertainty", "Network", "Python", "Pictures"):
            page.get_by_role("tab", name=name).click()
            playwright.expect(page.get_by_text(re.compile("^Making")).filter(visible=True)).to_have_count(0)
            assert rest(page, lambda: beyond(page, 1024)) == []
