"""A server and a browser for tests of the served page, and what a person does with them."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

playwright = pytest.importorskip("playwright.sync_api")
T = TypeVar("T")
PATIENCE = 240  # seconds: machines that run tests may have a tenth of a core for server and browser
playwright.expect.set_options(timeout=1000 * PATIENCE)
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]  # fmt: skip
LOCAL = r"(https?|wss?)://(localhost|127\.0\.0\.1)[:/]"
SMALL = "truth=shepp_logan&truth.size=64&steps=100000"
RACE = "reading 'top_panel'"  # Panel 1.9 measures a Bokeh figure before its first layout; the next layout is right
TOLD = "Upload error: "  # the file input writes there, too, what the page says


@contextmanager
def served() -> Iterator[str]:
    """The address of the real server on a free port, in a process of its own that has nothing to complain of."""
    code = f"""from workbench.app.serving.options import Serving
from workbench.app.serving.serve import serve
serve(Serving(port={free_port()}), announce=lambda a: print(a, flush=True))"""
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert server.stdout is not None
            found = server.stdout.readline().strip()
            assert found.startswith("http")
            yield found
        finally:
            server.terminate()
            server.wait(PATIENCE)
        log.seek(0)
        said = log.read()
    assert "Traceback" not in said, said[said.index("Traceback") :][:8000]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


@contextmanager
def launched() -> Iterator["playwright.Browser"]:
    path = program()
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


def program() -> str:
    """The file of the browser that is installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no chromium: apt-get install chromium")
    return path


@contextmanager
def watched(browser: "playwright.Browser", width: int = 1366, expected: str = "") -> Iterator["playwright.Page"]:
    """A page of somebody else's browser: no request leaves the machine and nothing fails but what is expected to."""
    somebody = browser.new_context()
    try:
        with watched_in(somebody, width, expected) as page:
            yield page
    finally:
        somebody.close()


@contextmanager
def watched_in(
    person: "playwright.BrowserContext", width: int = 1366, expected: str = ""
) -> Iterator["playwright.Page"]:
    """The same in the browser of a person, which keeps scripts from page to page; routes would turn that off."""
    made = person.new_page()
    made.set_viewport_size({"width": width, "height": 768})
    asked: list[str] = []
    errors: list[str] = []
    made.on("request", lambda request: asked.append(request.url))
    made.on("websocket", lambda line: asked.append(line.url))
    made.on("console", lambda m: errors.append(m.text) if m.type == "error" and TOLD not in m.text else None)
    made.on("pageerror", lambda e: errors.append(str(e)) if RACE not in str(e) else None)
    made.set_default_timeout(1000 * PATIENCE)
    try:
        yield made
    finally:
        made.close()
    away = [url for url in asked if re.match("(http|ws)", url) and not re.match(LOCAL, url)]
    unexpected = [e for e in errors if not (expected and re.search(expected, e))]
    assert not away and not unexpected, (away, unexpected)


def opened(page: "playwright.Page", address: str, query: str = SMALL) -> None:
    page.goto(f"{address}?{query}")
    playwright.expect(page.get_by_role("button", name="Pause", exact=True)).to_be_enabled()


def said(page: "playwright.Page") -> str:
    return page.get_by_text(re.compile(r"iteration \d+ of")).inner_text()


def iteration(page: "playwright.Page") -> int:
    return int(re.search(r"iteration (\d+) of", said(page))[1])


def until(page: "playwright.Page", reached: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.perf_counter() + seconds
    while not reached():
        assert time.perf_counter() < end, "not reached in time"
        page.wait_for_timeout(100)  # unlike time.sleep, it lets the page's events through


def rest(page: "playwright.Page", found: Callable[[], list[T]], seconds: float = PATIENCE) -> list[T]:
    """What is still found amiss when nothing is, or when patience ends: a page is drawn part by part."""
    end = time.perf_counter() + seconds
    while (amiss := found()) and time.perf_counter() < end:
        page.wait_for_timeout(100)
    return amiss


def place(page: "playwright.Page", part: "playwright.Locator") -> dict[str, float]:
    """Where a part of the page is, once it moves no more."""
    seen = [part.bounding_box(), None]

    def still() -> bool:
        seen[:] = part.bounding_box(), seen[0]
        return seen[0] is not None and seen[0] == seen[1]

    until(page, still)
    return seen[0]


def press(page: "playwright.Page", name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def picture(page: "playwright.Page") -> bytes:
    """What is seen of the four pictures."""
    return page.screenshot(clip={"x": 310, "y": 120, "width": 1040, "height": 250})


def typed(page: "playwright.Page", name: str, value: str) -> "playwright.Locator":
    """The field beside a slider, after a person typed a value."""
    field = page.get_by_role("textbox", name=f"{name}, typed")
    field.fill(value)
    field.press("Enter")
    return field
