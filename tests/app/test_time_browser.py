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
    until(page, lambda: stays(page))  # the words may come a little before the picture
    there = picture(page)

    page.keyboard.press("ArrowLeft")  # the strip has the focus
    playwright.expect(strip).to_have_attribute("aria-valuetext", re.compile("iteration 2,"))
    page.keyboard.press("Home")
    playwright.expect(strip).to_have_attribute("aria-valuetext", re.compile("iteration 0,"))
    until(page, lambda: picture(page) != there)
    press(page, "Pause")
    playwright.expect(page.get_by_text("paused")).to_be_visible()
    playwright.expect(strip).to_have_attribute("aria-valuenow", "0")
    press(page, "Go on from here")
    playwright.expect(page.get_by_role("button", name="Go on from here")).to_be_disabled()
    playwright.expect(page.get_by_role("button", name="Pause", exact=True)).to_be_enabled()
    page.keyboard.press("Tab")
    press(page, "Pause")


def stays(page) -> bool:
    """Whether the pictures are the same once the run has gone on."""
    shown, k = picture(page), iteration(page)
    until(page, lambda: iteration(page) > k)
    return picture(page) == shown


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


def test_the_page_is_held_by_keys_but_not_while_somebody_types(page, address) -> None:
    opened(page, address)
    strip = page.get_by_role("slider", name="time line")
    until(page, lambda: strip.locator(".place").count() > 10)
    page.mouse.click(700, 149)  # on a caption: nothing that takes keys has the focus
    page.keyboard.press("Space")
    playwright.expect(page.get_by_text("paused")).to_be_visible()
    k = iteration(page)
    page.keyboard.press("s")
    until(page, lambda: iteration(page) == k + 1)
    page.keyboard.press("ArrowLeft")
    playwright.expect(page.get_by_text("back at k", exact=False)).to_be_visible()
    page.keyboard.press("n")
    playwright.expect(page.get_by_text("now, k", exact=False)).to_be_visible()
    page.keyboard.press("2")
    playwright.expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("?")
    playwright.expect(page.get_by_text("back to iteration 0")).to_be_visible()
    page.keyboard.press("Escape")
    playwright.expect(page.get_by_text("back to iteration 0")).to_be_hidden()

    weight = page.get_by_role("textbox", name="weight, typed")
    weight.fill("1")
    weight.press("2")  # a figure of the number, and no tab
    weight.press("Enter")
    until(page, lambda: "prior.weight=12" in page.url)


def test_a_slider_speaks_its_value_and_not_its_logarithm(page, address) -> None:
    opened(page, address)
    slider, field = page.get_by_role("slider", name="weight"), page.get_by_role("textbox", name="weight, typed")
    slider.focus()
    playwright.expect(slider).to_have_attribute("aria-valuetext", "10")
    page.keyboard.press("ArrowRight")
    until(page, lambda: field.input_value() != "10")
    playwright.expect(slider).to_have_attribute("aria-valuetext", field.input_value())
    field.fill("12")
    field.press("Enter")
    slider.focus()
    playwright.expect(slider).to_have_attribute("aria-valuetext", "12")
    slider.blur()
    field.fill("7")
    field.press("Tab")
    slider.focus()
    playwright.expect(slider).to_have_attribute("aria-valuetext", "7")
