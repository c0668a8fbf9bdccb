"""Hands on the pictures, as a person has them: a stroke on the truth, data lost, taken back; a window; a profile."""

import re
from contextlib import suppress

import pytest

from tests.app.browsing import iteration, opened, playwright, press, until

pytestmark = pytest.mark.browser
_WORDS = {
    "paint": "Drag or click on the truth",
    "lose": "Drag on the data",
    "colours": "Drag a picture",
    "profile": "Drag a line",
}
_DRAWING = """([kind, count]) => Bokeh.documents.some(d =>
  [...d._all_models.values()].filter(m => m.tags[0] == kind && m.type == "ColumnDataSource").length == count)"""

_GESTURES = """() => Bokeh.documents.flatMap(d => [...d._all_models.values()])
  .filter(m => m.type == "ColumnDataSource" && "count" in m.data).reduce((sum, m) => sum + (m.data.count[0] || 0), 0)"""


def chosen(page, menu: str, name: str) -> None:
    page.get_by_role("combobox", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=name, exact=True).click()
    playwright.expect(page.get_by_role("menuitem")).to_have_count(0)  # which covers the page until it is gone


def turned(page, mode: str, kind: str, count: int) -> list[dict]:
    """What a drag does, chosen; where the four pictures are, once so many of them draw it and none moves any more."""
    chosen(page, "drag", mode)
    page.wait_for_function(_DRAWING, arg=[kind, count])
    playwright.expect(page.get_by_text(_WORDS[mode]).first).to_be_visible()
    seen: list[list[dict]] = []

    def still() -> bool:
        seen.append([each.bounding_box() for each in page.locator("canvas").all()][:8:2])
        return seen[-2:-1] == seen[-1:]

    until(page, still)
    return seen[-1]


def dragged(page, box: dict, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag until the page has taken it for one: where a busy browser is late, Bokeh takes it for a long press."""
    (x, y), (to_x, to_y) = ((box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in (start, end))
    before, taken = page.evaluate(_GESTURES), False
    while not taken:
        page.mouse.move(x, y)
        page.mouse.down()
        for share in (0.5, 1):
            page.mouse.move(x + share * (to_x - x), y + share * (to_y - y))
        page.mouse.up()
        with suppress(playwright.TimeoutError):
            taken = bool(page.wait_for_function(f"before => ({_GESTURES})() > before", arg=before, timeout=3000))


def test_a_person_paints_loses_data_takes_it_back_and_draws_a_profile(page, address) -> None:
    opened(page, address, "truth=shepp_logan&truth.size=32&steps=100000")
    truth, *_ = turned(page, "paint", "way", 1)
    k = iteration(page)
    dragged(page, truth, (0.3, 0.4), (0.7, 0.4))
    until(page, lambda: "painted.regions=Brush&painted.regions.1.points=12." in page.url)
    playwright.expect(page.get_by_text("1 painted, 0 lost")).to_be_visible()
    assert iteration(page) >= k
    press(page, "Pause")  # the rest is of the hands alone

    _, data, *_ = turned(page, "lose", "box", 1)
    chosen(page, "shape", "columns")
    dragged(page, data, (0.5, 0.5), (0.6, 0.6))
    until(
        page, lambda: re.search(r"lost=Rectangle&lost.1.start=0.0,1[56].0&lost.1.end=31.0,19.0", page.url) is not None
    )
    press(page, "Undo")
    until(page, lambda: "lost=" not in page.url and "painted.regions=" in page.url)

    _, _, image, *_ = turned(page, "colours", "window", 4)
    ends = [page.get_by_role("textbox", name=name, exact=True) for name in ("from", "to")]
    dragged(page, image, (0.5, 0.5), (0.1, 0.5))
    playwright.expect(ends[0]).not_to_have_value("0")
    page.mouse.dblclick(image["x"] + 60, image["y"] + 60)
    playwright.expect(ends[0]).to_have_value("0")
    ends[1].fill("0.5")
    ends[1].press("Tab")
    playwright.expect(page.get_by_text("0.5", exact=True).first).to_be_visible()

    _, _, image, *_ = turned(page, "profile", "line", 3)
    dragged(page, image, (0.2, 0.5), (0.8, 0.5))
    playwright.expect(page.get_by_text("row and column")).to_be_visible()
    press(page, "Close")
    playwright.expect(page.get_by_text("row and column")).to_be_hidden()
    playwright.expect(page.get_by_role("combobox", name="left plot")).to_be_visible()
    page.keyboard.press("u")
    until(page, lambda: "painted" not in page.url)
