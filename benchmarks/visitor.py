"""A person at the page, as a process of its own: Chromium opens an address, watches, clicks, and tells in JSON.

`python -m benchmarks.visitor URL --clicks 20 [--core 1]`: clicks Pause and Play in turn, then stays until its
standard input ends. Times are taken inside the page: from the start of navigation, and from the event of the click.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from typing import Any

FLAGS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
LOCAL = ("http://localhost", "http://127.0.0.1", "data:", "blob:")

# Ten times a second, until the picture moves: a square canvas, not blank, that changed after the first iteration.
WATCH = """
window.seen = {first: null, moving: null};
(() => {
  const all = (root, found = []) => {
    for (const e of root.querySelectorAll('*')) { found.push(e); if (e.shadowRoot) all(e.shadowRoot, found); }
    return found;
  };
  const small = new OffscreenCanvas(16, 16).getContext('2d', {willReadFrequently: true}), before = new Map();
  const look = canvas => {
    small.clearRect(0, 0, 16, 16); small.drawImage(canvas, 0, 0, 16, 16);
    const pixels = small.getImageData(0, 0, 16, 16).data;
    return new Set(pixels).size > 8 ? pixels.join() : '';
  };
  const timer = setInterval(() => {
    const everything = all(document);
    const text = everything.map(e => e.childElementCount ? '' : e.textContent).concat(
      everything.map(e => e.childElementCount == 1 ? e.textContent : '')).find(t => /iteration \\d+ of/.test(t)) || '';
    const k = Number((/iteration (\\d+)/.exec(text) || [0, 0])[1]);
    for (const c of everything.filter(e => e.tagName == 'CANVAS' && e.width > 60)) {
      if (Math.abs(c.width / c.height - 1) > 0.1) continue;
      const now = look(c);
      if (!now) continue;
      window.seen.first ??= performance.now();
      const moved = k > 0 && before.has(c) && before.get(c) != now;
      if (moved) { window.seen.moving = performance.now(); clearInterval(timer); return; }
      before.set(c, now);
    }
  }, 100);
})();
"""

# From the click, as the browser dates it, until this button has gone grey and a frame has been drawn since.
ANSWER = """button => { window.answered = new Promise(done => {
  let begin = null;
  button.addEventListener('click', e => { begin = e.timeStamp; }, {once: true, capture: true});
  const look = () => begin !== null && button.disabled
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin), 0)) : requestAnimationFrame(look);
  look();
}); }"""


def launched(playwright: Any) -> Any:
    """A Chromium that asks nobody for anything."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS.split())


def come_and_go(url: str) -> None:
    """For each line of standard input one visit, with nothing kept of those before: until the picture has moved."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launched(playwright)
        for _ in sys.stdin:
            person = browser.new_context(viewport={"width": 1366, "height": 768})
            page = person.new_page()
            page.add_init_script(WATCH)
            page.goto(url, timeout=60_000)
            page.wait_for_function("window.seen.moving !== null", timeout=60_000)
            page.close()
            person.close()
            print("left", flush=True)
        browser.close()


def visit(url: str, clicks: int) -> dict[str, Any]:
    """Open the page, wait for movement, click, stay, and tell."""
    from playwright.sync_api import Error, sync_playwright

    found: dict[str, Any] = {"pause ms": [], "play ms": [], "away": [], "errors": []}
    with sync_playwright() as playwright:
        browser = launched(playwright)
        page = browser.new_page(viewport={"width": 1366, "height": 768})

        def local_only(route: Any) -> None:
            url = route.request.url
            if url.startswith(LOCAL):
                route.continue_()
            else:
                found["away"].append(url)
                route.abort()

        page.route("**/*", local_only)
        page.on("pageerror", lambda error: found["errors"].append(str(error)[:200]))
        page.add_init_script(WATCH)
        page.goto(url, timeout=60_000)
        try:
            page.wait_for_function("window.seen.moving !== null", timeout=30_000)
            for _ in range(clicks):
                for name in ("Pause", "Play"):
                    button = page.locator("button", has_text=re.compile(name))  # a plain "Play" would match "replay"
                    button.evaluate(ANSWER)
                    button.click(timeout=10_000)
                    found[f"{name.lower()} ms"].append(page.evaluate("window.answered"))
                    page.wait_for_timeout(300)
        except Error as error:
            found["errors"].append(str(error)[:300])
        found |= {f"{name} picture s": (ms or 0) / 1e3 for name, ms in page.evaluate("window.seen").items()}
        print("here", flush=True)
        sys.stdin.read()
        page.close()  # as a person does: the page of a browser that is killed without a word is kept for a while
        browser.close()
    return found


class Visitor:
    """The same from another process: opened on construction; `wait` until it has clicked; `leave` hands its tale."""

    def __init__(self, url: str, clicks: int = 0, core: int | None = None) -> None:
        command = [sys.executable, "-m", "benchmarks.visitor", url, "--clicks", str(clicks)]
        command += [] if core is None else ["--core", str(core)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wait(self) -> None:
        """Return when all clicks are made."""
        assert self._process.stdout
        self._process.stdout.readline()

    def leave(self) -> dict[str, Any]:
        """Close the page."""
        told, _ = self._process.communicate()
        return json.loads(told.splitlines()[-1])


class Guests:
    """One after the other by one Chromium: `visit` returns when one has left; `end` ends the Chromium."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, "-m", "benchmarks.visitor", url, "--in-turn"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def visit(self) -> None:
        """Come, see the picture move, go."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write("come\n")
        self._process.stdin.flush()
        if not self._process.stdout.readline():
            raise RuntimeError("the visitor's browser has ended")

    def end(self) -> None:
        """Close the browser."""
        self._process.communicate()


def visit_page() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--clicks", type=int, default=0)
    parser.add_argument("--core", type=int)
    parser.add_argument("--in-turn", action="store_true", help="a visit for each line of standard input")
    given = parser.parse_args()
    if given.core is not None:
        os.sched_setaffinity(0, {given.core})
    if given.in_turn:
        come_and_go(given.url)
    else:
        print(json.dumps(visit(given.url, given.clicks)))


if __name__ == "__main__":
    visit_page()
