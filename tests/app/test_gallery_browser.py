"""The members of a kind at a glance, as a person uses them: pictures come, words are looked for, a card is clicked."""

import pytest

from tests.app.browsing import playwright, press, until

pytestmark = pytest.mark.browser


def test_cards_come_with_pictures_are_sifted_and_chosen(page, address) -> None:
    page.goto(address)
    press(page, "see every noise with a picture")
    chosen = page.get_by_role("button", name="choose Gaussian", exact=True)
    playwright.expect(chosen).to_be_visible()
    playwright.expect(page.get_by_role("img", name="what Gaussian does")).to_be_visible()
    playwright.expect(page.locator(".formula math").first).to_be_visible()
    search = page.get_by_role("searchbox", name="search these cards")
    search.fill("counts PEAK")
    playwright.expect(page.get_by_role("button", name="choose Poisson")).to_be_visible()
    playwright.expect(chosen).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("2")  # a card has the focus: the page behind it is not turned to another tab
    page.keyboard.press("Enter")
    until(page, lambda: "noise=Poisson" in page.url)
    playwright.expect(search).to_be_hidden()
    playwright.expect(page.get_by_role("tab", name="Pictures")).to_have_attribute("aria-selected", "true")
