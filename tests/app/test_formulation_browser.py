"""The formula above the tabs, as a person uses it: with the pointer, with keys, and from the last row of a room."""

import re

import pytest

from tests.app.browsing import SMALL, opened, playwright, until

pytestmark = pytest.mark.browser
LIT = """name => [...Bokeh.index.query(view => (view.model.css_classes ?? []).includes(name))]
  .filter(view => view.el.offsetWidth > 0).map(view => getComputedStyle(view.el).outlineStyle)"""

HIDDEN = """([name, display]) => [...Bokeh.index.query(view => (view.model.css_classes ?? []).includes(name))]
  .forEach(view => { view.el.style.display = display })"""


def test_terms_light_up_tell_and_lead_to_their_controls(page, address) -> None:
    opened(page, address)
    bar = page.get_by_role("toolbar", name=re.compile("^Minimise over x the misfit of Gaussian"))
    weight = bar.get_by_role("button", name=re.compile("^weight 10: weight of the prior"))
    slider = page.get_by_role("slider", name="weight")
    playwright.expect(slider).to_be_visible()
    weight.hover()
    for name in ("control-of-prior-weight", "picture-of-x"):
        until(page, lambda name=name: page.evaluate(LIT, name) == ["solid"])
    assert page.evaluate(LIT, "picture-of-data") == ["none"]
    playwright.expect(page.get_by_text("weight of the prior against the misfit", exact=True)).to_be_visible()
    page.mouse.move(700, 600)
    until(page, lambda: page.evaluate(LIT, "control-of-prior-weight") == ["none"])

    bar.get_by_role("button", name=re.compile("^noise: Gaussian")).focus()
    page.keyboard.press("ArrowRight")  # and the moments of the run stay where they are
    operator = bar.get_by_role("button", name=re.compile("^operator: GaussianBlur of width 2"))
    playwright.expect(operator).to_be_focused()
    until(page, lambda: page.evaluate(LIT, "control-of-operator") == page.evaluate(LIT, "picture-of-data") == ["solid"])
    playwright.expect(page.locator(".told img")).to_be_visible()
    playwright.expect(page.locator(".told math")).to_be_visible()

    weight.focus()
    page.keyboard.press("Enter")
    playwright.expect(slider).to_be_focused()
    page.keyboard.press("ArrowRight")
    until(page, lambda: "prior.weight=10.6" in page.url)
    playwright.expect(bar).to_have_accessible_name(re.compile("TotalVariation of weight 10.6, by ADMM"))

    page.goto(f"{address}?{SMALL}&present=1")
    playwright.expect(page.get_by_role("button", name="Leave")).to_be_visible()
    sigma, its = bar.get_by_role("button", name=re.compile("^sigma")), page.get_by_role("slider", name="sigma")
    sigma.click()
    playwright.expect(its).to_be_focused()

    # A control that comes late is waited for, and a formula written anew under a finger is still pressed.
    page.get_by_role("button", name="Leave").focus()
    page.evaluate(HIDDEN, ["control-of-noise-sigma", "none"])
    sigma.hover()
    page.mouse.down()
    bar.evaluate("bar => { const place = bar.lastElementChild; place.innerHTML = place.innerHTML }")
    page.mouse.up()
    playwright.expect(its).not_to_be_visible()
    page.evaluate(HIDDEN, ["control-of-noise-sigma", ""])
    playwright.expect(its).to_be_focused()
