"""The QR code of the page: of its own address, short for every lesson and preset, and refused where it is too long."""

import re
from xml.etree import ElementTree

import pytest
import segno

from workbench import lessons
from workbench.app.page.qr_code import LONGEST, QrCode, drawn
from workbench.app.page.workbench import Workbench
from workbench.live.session import Session
from workbench.refusal import Refusal


def modules(svg: str) -> set[tuple[int, int]]:
    """The dark modules of a code, row and column with its margin: lines of the drawing, one unit high."""
    path = next(each for each in ElementTree.fromstring(svg).iter() if each.get("stroke") == "#000")
    dark: set[tuple[int, int]] = set()
    x, y = 0.0, 0.0
    for name, numbers in re.findall(r"([Mmh])([-\d. ]+)", path.get("d", "")):
        given = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if name == "h":
            dark |= {(int(y), int(x) + i) for i in range(int(given[0]))}
            x += given[0]
        else:
            x, y = (given[0], given[1]) if name == "M" else (x + given[0], y + given[1])
    return dark


def test_it_is_the_address_of_the_page(session: Session) -> None:
    app = Workbench(session)
    app.connection.bar.place = "https://lab.example/workbench"
    app.session.set("prior.weight", 3.0)
    app._opened()
    app.keyboard.press("q")
    said = app.layout.code.window.objects[0].object
    wanted = f"https://lab.example/workbench?{session.address()}"
    assert app.layout.code.window.open and app.layout.code.address == wanted
    svg = re.search(r"<svg.*</svg>", said, re.DOTALL)[0]
    code = segno.make_qr(wanted, error="l", boost_error=True)
    assert modules(svg) == {
        (4 + i, 4 + j) for i, row in enumerate(code.matrix) for j, dark in enumerate(row) if dark
    }  # fmt: skip
    assert "this machine alone" not in said and wanted.replace("&", "&amp;") in said
    app.keyboard.press("q")
    assert not app.layout.code.window.open
    app.close()


def test_of_this_machine_alone_it_says_so_and_too_long_a_one_is_refused() -> None:
    made = QrCode()
    made.toggle("http://localhost:5006/?truth=<b>coins</b>")
    assert "this machine alone" in made.window.objects[0].object and "<b>coins" not in made.window.objects[0].object
    with pytest.raises(Refusal, match="at most 2000 characters, got one of 2001: "):
        drawn("x" * (LONGEST + 1))
    assert drawn("x" * LONGEST).startswith("<svg")
    made.toggle("")
    made.toggle("x" * (LONGEST + 1))
    assert "Copy link" in made.window.objects[0].object


def test_every_step_of_every_lesson_fits() -> None:
    """With room for the name of a host."""
    for lesson in lessons.every():
        for number in range(1, len(lesson.steps) + 1):
            assert len(lesson.step(number).address) + 100 < LONGEST, (lesson.name, number)
