"""The line between a browser and the served page: lost and found again, lost for good, slow from the beginning."""

import re

import pytest

from tests.app.browsing import PATIENCE, SMALL, iteration, opened, playwright, press, said, typed, until, watched
from tests.app.wire import Wire

pytestmark = pytest.mark.browser
LOST, WAITING = re.compile("connection to the server is lost"), "Waiting for the page's scripts ..."
CUT = "WebSocket|ERR_|fetch|not connected"  # what a browser says of a cut line, Bokeh of its answer to a drawing


@pytest.fixture
def wire(address):
    made = Wire(int(address.rstrip("/").rpartition(":")[2]))
    yield made
    made.close()


def test_who_lost_the_line_comes_back_to_the_same_page(chromium, wire):
    with watched(chromium, expected=CUT) as page:
        opened(page, f"http://localhost:{wire.port}/")
        typed(page, "weight", "3")
        until(page, lambda: "prior.weight=3" in page.url and iteration(page) > 0)
        press(page, "Pause")
        until(page, lambda: "paused" in said(page))
        k, kept = iteration(page), page.url
        wire.cut()
        playwright.expect(page.get_by_text(LOST)).to_be_visible()
        wire.mend()
        playwright.expect(page.get_by_text(LOST)).to_be_hidden()
        playwright.expect(page.get_by_role("textbox", name="weight, typed")).to_have_value("3")
        assert "paused" in said(page) and iteration(page) == k and page.url == kept
        press(page, "Play")
        until(page, lambda: iteration(page) > k)


def test_a_page_that_is_no_longer_kept_says_that_a_reload_helps(chromium, wire, address):
    with watched(chromium, expected=CUT) as page:
        opened(page, f"http://localhost:{wire.port}/")
        with page.expect_event("requestfinished", lambda request: "kept?id=" in request.url) as left:
            page.evaluate("dispatchEvent(new Event('pagehide'))")  # as a browser that leaves
        wire.cut()
        query = left.value.url.rpartition("/")[2]
        until(page, lambda: page.request.get(f"{address}{query}").text() == "gone")
        wire.mend()
        playwright.expect(page.get_by_text("Reload: the address keeps your settings")).to_be_visible()
        press(page, "Reload")
        playwright.expect(page.get_by_role("button", name="Pause", exact=True)).to_be_enabled()


def test_a_browser_whose_scripts_are_slow_gets_the_page_it_asked_for(chromium, address):
    """Bokeh's own patience ends after five seconds; `watched` sees whether a foreign host is asked for anything."""
    with watched(chromium) as page:
        held = []

        def hold(route):
            held.append(route)

        page.route(re.compile(r"bokeh\.min\.js"), hold)
        page.clock.install()  # the page's, not the server's
        page.goto(f"{address}?{SMALL}", wait_until="commit")
        until(page, lambda: bool(held))
        page.clock.fast_forward(4000)
        playwright.expect(page.get_by_text(WAITING)).to_be_visible()
        page.clock.fast_forward(9000)
        for route in held:
            route.continue_()
        playwright.expect(page.get_by_role("button", name="Pause", exact=True)).to_be_enabled()
        playwright.expect(page.get_by_text(WAITING)).to_be_hidden()


def test_pages_closed_in_the_middle_of_their_work_leave_no_complaint(chromium, address):
    """What the server says is read when it has ended (`served`)."""
    context = chromium.new_context()
    context.set_default_timeout(1000 * PATIENCE)
    pages = [context.new_page() for _ in range(6)]
    for page in pages:
        page.goto(f"{address}?{SMALL}", wait_until="commit")
    for page in pages[:3]:
        playwright.expect(page.get_by_role("button", name="Pause", exact=True)).to_be_enabled()
    context.close()
    with watched(chromium) as page:
        opened(page, address)
