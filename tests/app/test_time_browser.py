"""Time on the page, as a person holds it: a click and keys look back, the run goes on, a branch begins."""

import re

import pytest

from tests.app.browsing import SMALL, iteration, opened, picture, playwright, press, until

pytestmark = pytest.mark.browser


def test_a_person_looks_back_while_the_run_goes_on_and_branches_off(page, address) -> None:
    opened(page, address)
    strip = page.get_by_role("slider", name="time line")
    until(page, lambda: iteration(page) > 40 and strip.locator(".place").count() > 20)
    strip.locator(".place").nth(3).click()
    playwright.expect(strip).to_have_attribute("aria-valuetext", re.compile(r"iteration 3, \d+\.\d+ dB"))
    playwright.expect(page.get_by_text("back at k = 3", exact=False)).to_be_visible()
    playwright.expect(page.get_by_text(re.compile(r"^k = 3 · "))).to_be_visible()
    there, k = picture(page), iteration(page)
    until(page, lambda: iteration(page) > k)
    assert picture(page) == there  # the run goes on, and the moment stays

    page.keyboard.press("ArrowLeft")  # the strip has the focus
    playwright.expect(strip).to_have_attribute("aria-valuetext", re.compile("iteration 2,"))
    page.keyboard.press("Home")
    playwright.expect(strip).to_have_attribute("aria-valuetext", re.compile("iteration 0,"))
    assert picture(page) != there
    press(page, "Pause")
    playwright.expect(page.get_by_text("paused")).to_be_visible()
    playwright.expect(strip).to_have_attribute("aria-valuenow", "0")
    press(page, "Go on from here")
    playwright.expect(page.get_by_role("button", name="Go on from here")).to_be_disabled()
    playwright.expect(page.get_by_role("button", name="Pause", exact=True)).to_be_enabled()
    page.keyboard.press("Tab")
    press(page, "Pause")


def test_the_end_of_a_run_is_not_the_end_of_looking(page, address) -> None:
    page.goto(f"{address}?{SMALL.replace('100000', '30')}")
    playwright.expect(page.get_by_text("done")).to_be_visible()
    strip = page.get_by_role("slider", name="time line")
    until(page, lambda: strip.locator(".place").count() > 20)
    strip.focus()
    page.keyboard.press("ArrowLeft")
    playwright.expect(strip).to_have_attribute("aria-valuetext", re.compile(r"iteration \d+,"))
    press(page, "Now")
    playwright.expect(strip).to_have_attribute("aria-valuetext", "newest iterate")
