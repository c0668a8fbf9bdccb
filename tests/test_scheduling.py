"""What goes together to one process when tests run side by side."""

import re
from pathlib import Path

from tests.scheduling import MOST, pieces, turn

LAWS = [f"tests/laws/test_noises.py::test_law[{n}]" for n in range(MOST + 1)]
OTHERS = ["tests/app/test_page.py::test_one[a]", "tests/app/test_page.py::test_two", "notebooks/a.ipynb::Cell 0"]


def test_a_file_is_one_piece_and_a_law_several():
    found = pieces([*OTHERS, *LAWS])
    assert list(found) == [*OTHERS, *LAWS]
    assert [found[n] for n in OTHERS] == ["tests/app/test_page.py", "tests/app/test_page.py", "notebooks/a.ipynb"]
    assert [found[n] == found[LAWS[0]] for n in LAWS] == [True] * MOST + [False]


def test_notebooks_go_first_and_laws_last():
    assert sorted([*LAWS[:1], *OTHERS], key=turn) == [OTHERS[2], *OTHERS[:2], LAWS[0]]


def test_every_test_in_a_browser_lies_where_they_are_looked_for():
    root = Path(__file__).parents[1]
    named = re.search(r"^BROWSER := -m browser (.*)$", (root / "Makefile").read_text(), re.MULTILINE)
    found = [p for p in (root / "tests").rglob("test_*.py") if "mark." + "browser" in p.read_text(encoding="utf-8")]
    assert named and found
    assert not [p for p in found if not any((root / folder) in p.parents for folder in named[1].split())]
