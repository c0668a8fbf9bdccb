"""Pins in a real browser: kept, compared, renamed, reported, and nobody else's."""

import re
from pathlib import Path

import pytest

from tests.app.browsing import iteration, opened, playwright, press, said, typed, until, watched

pytestmark = pytest.mark.browser
QUERY = "truth=shepp_logan&truth.size=32&operator=GaussianBlur&algorithm=PDHG&steps=40"


def chosen(page, name: str, value: str) -> None:
    """An entry of a menu."""
    page.get_by_role("combobox", name=re.compile(f"^{name}")).first.click()
    page.get_by_role("menuitem", name=value, exact=True).click()


def ended(page) -> None:
    until(page, lambda: "done" in said(page))


def test_a_pinned_run_is_compared_renamed_reported_and_gone_back_to(page, address) -> None:
    page.goto(f"{address}?{QUERY}")
    ended(page)
    press(page, "Pin")
    playwright.expect(page.get_by_text("Pinned as PDHG (1 of 8)")).to_be_visible()
    typed(page, "weight", "90")
    until(page, lambda: "done · iteration 80 of 80" in said(page))  # it goes on; a reset meanwhile would go on, too
    press(page, "Reset")
    until(page, lambda: iteration(page) == 0)  # else what is read below is the end of the run before
    press(page, "Play")
    ended(page)
    page.get_by_role("tab", name="Compare").click()
    playwright.expect(page.get_by_role("checkbox", name="PDHG")).to_be_checked()
    row = page.get_by_role("row", name=re.compile("^prior.weight"))
    playwright.expect(row).to_contain_text("90")
    for mode in ("differences", "divider", "blink", "pictures"):
        chosen(page, "show", mode)
        playwright.expect(page.get_by_role("combobox", name=re.compile("^show")).first).to_contain_text(mode)
    name = page.get_by_role("textbox", name="its name")
    name.fill("<b>mine</b>")
    name.press("Enter")
    playwright.expect(page.get_by_role("checkbox", name="<b>mine</b>")).to_be_visible()
    press(page, "Make report")
    playwright.expect(page.get_by_role("button", name=re.compile("Save report"))).to_be_enabled()
    with page.expect_download() as coming:
        page.get_by_role("button", name=re.compile("Save report")).click()
    report = Path(coming.value.path()).read_text(encoding="utf-8")
    assert report.startswith("<!doctype html>") and "&lt;b&gt;mine&lt;/b&gt;" in report and "<b>mine" not in report
    press(page, "Go back to it")
    playwright.expect(page.get_by_role("textbox", name="weight, typed")).not_to_have_value("90")
    press(page, "Unpin")
    playwright.expect(page.get_by_role("checkbox", name="<b>mine</b>")).to_be_hidden()


def test_two_people_do_not_see_each_others_pins(page, chromium, address) -> None:
    opened(page, address, f"{QUERY}0000")
    # Panel's bridge to React may lose what a widget is told between its first picture and its first effect.
    playwright.expect(page.get_by_text("Making the controls")).to_be_hidden()
    press(page, "Pin")
    playwright.expect(page.get_by_text("Pinned as PDHG (1 of 8)")).to_be_visible()
    with watched(chromium) as other:
        opened(other, address, f"{QUERY}0000")
        other.get_by_role("tab", name="Compare").click()
        playwright.expect(other.get_by_role("checkbox", name="this run")).to_be_visible()
        assert not other.get_by_role("checkbox", name="PDHG").count()
