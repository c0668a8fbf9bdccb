"""Every plot saves itself: as it is drawn, and its numbers with their names and units."""

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.app.browsing import playwright, until
from workbench import data

pytestmark = pytest.mark.browser


def saved(page, place: int, kind: str) -> tuple[str, bytes]:
    """The name and the content of the file that the plot of that number makes."""
    page.get_by_role("button", name="Save this plot").nth(place).press("Enter")
    with page.expect_download() as found:
        page.get_by_role("button", name=f"Save as {kind}").press("Enter")
    return found.value.suggested_filename, Path(found.value.path()).read_bytes()


def test_curves_and_pictures_are_saved_without_a_server(page, address) -> None:
    page.goto(f"{address}?truth=shepp_logan&truth.size=32&steps=30")
    playwright.expect(page.get_by_text("done")).to_be_visible()
    until(page, lambda: page.get_by_role("button", name="Save this plot").count() == 6)
    name, png = saved(page, 4, "PNG")
    assert name == "log-p-nats-against-iteration-k.png" and png[:8] == b"\x89PNG\r\n\x1a\n"
    assert b"<svg" in saved(page, 4, "SVG")[1][:40]
    head, *rows = csv.reader(saved(page, 4, "CSV")[1].decode().splitlines()[2:])
    assert head == ["iteration k", *(f"{each} (−log p, nats)" for each in ("objective", "misfit", "prior"))]
    # Numbers that a busy machine had no time for have an empty cell; the first ones and the last are always known.
    table = np.array([[cell or "nan" for cell in row] for row in rows], float)
    ks, known = table[:, 0].tolist(), np.isfinite(table).all(1)
    assert ks == sorted(set(ks)) and ks[:10] == list(range(10)) and ks[-1] == 30
    assert known[:10].all() and known[-1]
    np.testing.assert_allclose(table[known, 1], table[known, 2] + table[known, 3], rtol=1e-5)
    name, truth = saved(page, 0, "CSV")
    values = np.array([line.split(",") for line in truth.decode().splitlines() if line[0] != "#"], float)
    assert name == "truth.csv"
    np.testing.assert_allclose(values, data.truth("shepp_logan", 32)[0, 0].numpy(), atol=1 / 255)
    # On the same page: narrow, with forced colours, for somebody who asks for less motion.
    page.set_viewport_size({"width": 768, "height": 1024})
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    buttons = [
        page.get_by_role("button", name=name, exact=True) for name in ("Play", "Step", "Cancel", "Pin", "Present")
    ]

    def apart() -> bool:
        boxes = [button.bounding_box() for button in buttons]
        return all(a["x"] + a["width"] <= b["x"] + 1 for a, b in pairwise(boxes)) and boxes[-1]["x"] < 700

    until(page, apart)
    assert {button.evaluate("e => getComputedStyle(e).transitionProperty") for button in buttons} == {"none"}
    chosen = page.locator(".MuiTabs-indicator").first
    assert chosen.evaluate("e => getComputedStyle(e).forcedColorAdjust") == "none"
