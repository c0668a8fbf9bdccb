"""A pixel is clicked: what is known of it takes the place of the curves, and goes with a key."""

import re

import pytest

from tests.app.browsing import SMALL, opened, place, playwright, until

pytestmark = pytest.mark.browser


def test_a_click_tells_of_a_pixel_and_a_key_brings_the_curves_back(page, address) -> None:
    opened(page, address, SMALL.replace("steps=100000", "steps=400"))
    curves = page.get_by_role("combobox", name="left plot")
    playwright.expect(curves).to_be_visible()
    seen = place(page, page.locator(".picture-of-x canvas").first)
    page.mouse.click(seen["x"] + 0.25 * seen["width"], seen["y"] + 0.5 * seen["height"])
    row, column = (page.get_by_role("textbox", name=name, exact=True) for name in ("row", "column"))
    playwright.expect(row).to_have_value("32")
    playwright.expect(column).to_have_value("16")
    playwright.expect(page.get_by_text(re.compile(r"k = 400: value .*\ntruth .*, error"))).to_be_visible()
    playwright.expect(page.get_by_text(re.compile(r"\d+ of 4096 data see it"))).to_be_visible()
    playwright.expect(curves).to_be_hidden()
    row.fill("70")
    row.press("Tab")
    playwright.expect(page.get_by_text("wanted a pixel of a picture of 64 x 64 px")).to_be_visible()
    row.fill("3")
    row.press("Tab")
    page.get_by_role("tab", name="Pictures").focus()
    page.keyboard.press("x")
    playwright.expect(curves).to_be_visible()
    playwright.expect(row).to_be_hidden()
    page.keyboard.press("x")
    until(page, lambda: column.count() == 1 and column.input_value() == "32")
