"""Walks the hour's lecture as it is written: `python -m docs.walk_lecture`, which serves a page and needs a Chromium.

Each line of docs/lecture.md that begins with a bold word is done in the browser; one that cannot be, or that promises
what is not seen, ends the walk with its number. `--pictures FOLDER` keeps a screenshot after every line.
"""

import argparse
import re
import sys
import time
from pathlib import Path
from typing import NamedTuple

LECTURE = Path(__file__).parent / "lecture.md"
_LINE = re.compile(
    r"- \*\*(?P<verb>Open|Press|Turn to|Choose|Type|Key|See)\*\* `(?P<what>[^`]+)`(?: (?:in|into) `(?P<where>[^`]+)`)?$"
)
_SIZE = {"width": 1366, "height": 768}


class Move(NamedTuple):
    """What a line asks for: a verb, what it is done with, and the control that it is done to."""

    number: int
    verb: str
    what: str
    where: str


def moves(text: str) -> list[Move]:
    """What the lines of a lecture ask for; one that begins like them and is none is refused."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.match(line)
        if match:
            found.append(Move(number, match["verb"], match["what"], match["where"] or ""))
        elif line.startswith("- **"):
            raise ValueError(f"line {number} of the lecture is no move: {line}")
    return found


def walk(address: str, pictures: Path | None, patience: float) -> None:
    """Do all of it, in one tab of one browser."""
    from tests.app.browsing import launched, playwright, watched

    playwright.expect.set_options(timeout=1000 * patience)
    with launched() as browser, watched(browser) as page:
        page.set_viewport_size(_SIZE)
        page.set_default_timeout(1000 * patience)
        for move in moves(LECTURE.read_text(encoding="utf-8")):
            begun = time.perf_counter()
            try:
                _do(page, move, address)
            except (AssertionError, playwright.Error) as error:
                if pictures is not None:
                    page.screenshot(path=pictures / f"{move.number:03d} failed.png")
                sys.exit(f"line {move.number}: {move.verb} {move.what} {move.where}: {str(error).splitlines()[0]}")
            if pictures is not None:
                page.wait_for_timeout(1500)
                page.screenshot(path=pictures / f"{move.number:03d} {move.verb}.png")
            sys.stdout.write(
                f"{move.number:4d} {move.verb} {move.what} {move.where} {time.perf_counter() - begun:.1f} s\n"
            )


def _do(page, move: Move, address: str) -> None:
    from tests.app.browsing import playwright, typed

    expect = playwright.expect
    if move.verb == "Open":
        page.goto(address + move.what)
        expect(page.get_by_role("tab", name="Pictures")).to_be_visible()
    elif move.verb == "Press":
        page.get_by_role("button", name=move.what, exact=True).filter(visible=True).first.click()
    elif move.verb == "Turn to":
        page.get_by_role("tab", name=move.what, exact=True).click()
    elif move.verb == "Choose":
        page.get_by_role("combobox", name=re.compile(f"^{re.escape(move.where)}")).filter(visible=True).first.click()
        page.get_by_role("menuitem", name=move.what, exact=True).click()
    elif move.verb == "Type":
        typed(page, move.where, move.what)
    elif move.verb == "Key":
        page.locator("body").press(move.what)
    else:
        expect(page.get_by_text(move.what).filter(visible=True).first).to_be_visible()


def main() -> None:
    from tests.app.browsing import served

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, help="a folder for a screenshot after every line")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait for what a line asks")
    chosen = parser.parse_args()
    if chosen.pictures is not None:
        chosen.pictures.mkdir(parents=True, exist_ok=True)
    with served() as address:
        walk(address, chosen.pictures, chosen.patience)


if __name__ == "__main__":
    main()
