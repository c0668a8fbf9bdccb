"""A kernel on another machine: the browser reaches Jupyter's port and no other, and by another name than localhost."""

import re
from urllib.parse import urlsplit

import pytest

from tests.app.browsing import ARGS, PATIENCE, playwright, program, until
from tests.notebook.test_lab import FIRST

pytestmark = pytest.mark.browser
pytest.importorskip("jupyterlab")
FAR = "jupyter.test"
PAGE = """from workbench.app.main import create_app

create_app(experiment)"""
CELLS = (
    FIRST,
    "wb.views.Spectrum()",
    "print('weight', wb.prior.weight)",
    PAGE,
    # A kernel of another machine was started by another process, and knows nothing of this server's proxy.
    f"import os\n\nos.environ['JPY_PARENT_PID'] = '0'\n{PAGE}",
)


@pytest.fixture
def far(chromium, lab):
    """A browser for which only Jupyter's port is anywhere."""
    port = urlsplit(lab.address).port
    rules = f"--host-resolver-rules=MAP {FAR}:{port} 127.0.0.1:{port}, MAP * ~NOTFOUND"
    args = [*(each for each in ARGS if "resolver" not in each), rules]
    browser = chromium.browser_type.launch(executable_path=program(), args=args)
    yield browser
    browser.close()


def test_all_but_the_page_without_a_proxy_works_and_that_says_what_to_do(far, lab):
    lab.put("far.ipynb", CELLS)
    page = far.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(1000 * PATIENCE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda line: asked.append(line.url))
    reader = lab.open(page, "far.ipynb", seen_from=FAR)
    for cell in range(2):
        reader.ran(cell)
    screens = page.locator(".workbench-screen")
    playwright.expect(screens.nth(1).locator("canvas")).to_be_visible()
    until(page, lambda: page.get_by_text(re.compile(r"iteration [1-9]\d* of")).count() > 0)
    before = reader.picture(2)
    handle = page.locator(".widget-hslider:has-text('weight') .noUi-handle").first
    handle.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    until(page, lambda: reader.picture(2) != before)
    until(page, lambda: reader.asked("weight", 2) > 1.1)
    places = {urlsplit(each).netloc for each in asked if re.match("(http|ws)", each)}
    assert places == {f"{FAR}:{urlsplit(lab.address).port}"}

    reader.ran(3)
    frame = page.frame_locator("iframe[title=Workbench]").first
    playwright.expect(frame.get_by_text(re.compile(r"iteration [1-9]\d* of"))).to_be_visible()
    reader.ran(4)
    playwright.expect(
        page.get_by_text(re.compile("install jupyter-server-proxy beside Jupyter, or forward"))
    ).to_be_visible()
