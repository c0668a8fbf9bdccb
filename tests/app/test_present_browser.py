"""A page that is shown to a room: type that is read from the last row, nothing cut off, and a phone."""

import re

import pytest

from tests.app.browsing import SMALL, place, playwright, press, rest, until, watched

pytestmark = pytest.mark.browser
LEAST = 0.015  # of the height of the screen
LETTERS = 8.5  # px: no small letter is lower on a screen twice a desk's, where it would be 5
# The x-height of each piece of text that is seen, in pixels of the screen: of elements by their own font and zoom, of
# plots by the font of their axes.
X_HEIGHTS = """() => {
  const found = {}, pen = document.createElement("canvas").getContext("2d")
  const x = (font, zoom) => { pen.font = font; return pen.measureText("x").actualBoundingBoxAscent * zoom }
  const walk = (root) => {
    for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) walk(e.shadowRoot)
      const text = [...e.childNodes].filter(n => n.nodeType == 3).map(n => n.textContent.trim()).join("")
      const box = e.getBoundingClientRect(), style = getComputedStyle(e)
      const icon = style.fontFamily.includes("Material Icons")
      if (!text && !e.matches("input")) continue
      if (box.width < 3 || box.height < 3 || box.right < 0 || icon) continue
      if (e.closest("legend, style, script, [aria-hidden=true]")) continue
      if (!e.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue
      found[text || e.value] = x(`${style.fontSize} ${style.fontFamily}`, e.currentCSSZoom || 1)
    }
  }
  walk(document.body)
  for (const view of Bokeh.index.query(v => v.model.type == "Figure" && v.el.offsetWidth > 0))
    for (const axis of [...view.model.below, ...view.model.left].filter(a => a.visible))
      found[axis.axis_label] = Math.min(x(`${axis.axis_label_text_font_size} Roboto, Helvetica, Arial`, 1),
        x(`${axis.major_label_text_font_size} Roboto, Helvetica, Arial`, 1))
  return found
}"""
OUTSIDE = """() => {
  const out = [], walk = (root) => {
    for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) walk(e.shadowRoot)
      const box = e.getBoundingClientRect()
      if (e.matches("button, input, [role=slider], [role=combobox], canvas") && box.width > 3 && box.height > 3 &&
          getComputedStyle(e).opacity != "0" &&
          box.right > 0 && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1))
        out.push(e.outerHTML.slice(0, 90))
    }
  }
  walk(document.body)
  return out
}"""


def smaller(page, least: float) -> list[tuple[str, float]]:
    """The texts whose small letters are lower, in pixels of the screen."""
    return [(text, x) for text, x in page.evaluate(X_HEIGHTS).items() if x < least]


def test_from_the_last_row(chromium, address) -> None:
    with watched(chromium, width=1024) as page:
        page.goto(f"{address}?{SMALL}&present=1&only=prior.weight")
        playwright.expect(page.get_by_role("button", name="Leave")).to_be_visible()
        playwright.expect(page.get_by_text("dB")).to_be_visible()
        until(page, lambda: page.evaluate(X_HEIGHTS).get("iteration k", 0) > LEAST * 768)
        assert rest(page, lambda: smaller(page, LEAST * 768)) == []
        assert rest(page, lambda: page.evaluate(OUTSIDE)) == []
        weight = page.get_by_role("slider", name="weight")
        weight.focus()
        page.keyboard.press("ArrowRight")
        until(page, lambda: "prior.weight=" in page.url and "present=1" in page.url)
        press(page, "Leave")
        playwright.expect(page.get_by_role("tab", name="Pictures")).to_be_visible()
        until(page, lambda: "present" not in page.url)


def test_a_phone_is_one_column_with_transport_below(chromium, address) -> None:
    with watched(chromium, width=390) as page:
        page.goto(f"{address}?{SMALL}")
        leave = page.get_by_role("button", name="Leave")
        playwright.expect(leave).to_be_visible()
        strip = page.get_by_role("slider", name="time line")
        playwright.expect(strip).to_be_visible()
        until(page, lambda: strip.locator(".place").count() > 5)
        until(page, lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)
        for each in (leave, strip):
            box = place(page, each)
            assert box["y"] > 768 / 2 and box["y"] + box["height"] <= 768 and box["x"] + box["width"] <= 391
        press(page, "Pause")
        playwright.expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled()


def centre_of(box) -> float:
    return box["x"] + box["width"] / 2


def test_a_screen_larger_than_a_desk_s_has_larger_letters_and_all_stays_in_its_place(chromium, address) -> None:
    with watched(chromium) as page:
        page.set_viewport_size({"width": 3840, "height": 2160})
        page.goto(f"{address}?{SMALL}")
        kind = page.get_by_role("combobox", name=re.compile("^Operator"))
        playwright.expect(kind).to_be_visible()
        until(page, lambda: page.evaluate(X_HEIGHTS).get("iteration k", 0) > LETTERS)
        assert rest(page, lambda: smaller(page, LETTERS)) == []
        until(page, lambda: page.evaluate("document.documentElement.scrollWidth") <= 3840)
        page.get_by_role("tab", name="Compare").click()
        tab, line = page.get_by_role("tab", name="Compare"), page.locator(".MuiTabs-indicator").first
        until(page, lambda: abs(tab.bounding_box()["x"] - line.bounding_box()["x"]) < 4)
        kind.click()
        menu, at = page.get_by_role("menuitem", name="GaussianBlur", exact=True), kind.bounding_box()
        playwright.expect(menu).to_be_visible()
        until(page, lambda: abs(menu.bounding_box()["x"] - at["x"]) < at["width"] / 4)
        sheet = page.locator(".MuiPopover-root")
        playwright.expect(sheet).to_have_count(1)
        page.keyboard.press("Escape")
        playwright.expect(sheet).to_have_count(0)  # it fades, and takes a click until it is gone
        slider = page.get_by_role("slider", name="width", exact=False).first
        before = slider.input_value()
        thumb = place(page, slider)
        rail = place(page, page.locator(".MuiSlider-root", has=slider))
        page.mouse.click(rail["x"] + 0.9 * rail["width"], thumb["y"] + thumb["height"] / 2)
        until(page, lambda: slider.input_value() != before)
        there = rail["x"] + 0.9 * rail["width"]
        until(page, lambda: abs(centre_of(slider.bounding_box()) - there) < 0.05 * rail["width"])  # it glides
