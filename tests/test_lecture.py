"""What the lecture asks for is there: its addresses, tabs, lessons and their sentences. The walk needs a browser."""

from urllib.parse import parse_qs

import pytest

from docs.walk_lecture import LECTURE, moves
from workbench.app.lessons import Tour
from workbench.app.views import VIEWS
from workbench.live.session import Session

MOVES = moves(LECTURE.read_text(encoding="utf-8"))


def test_every_line_that_begins_with_a_bold_word_is_a_move() -> None:
    assert len(MOVES) > 50 and {move.verb for move in MOVES} == {
        "Open", "Press", "Turn to", "Choose", "Type", "Key", "See"
    }  # fmt: skip
    with pytest.raises(ValueError, match="line 2 of the lecture is no move"):
        moves("words\n- **Presses** `Pin`")
    assert moves("- **Choose** `3 / s` in `pace`")[0][1:] == ("Choose", "3 / s", "pace")


def test_its_addresses_are_understood_and_its_tabs_are_there() -> None:
    for query in (move.what for move in MOVES if move.verb == "Open"):
        tour = Tour(query)
        session = Session.from_address(tour.step.address if tour.step is not None else query)
        assert not tour.complaint and "address" not in session.errors, query
        session.close()
    titles = {view.title for view in VIEWS}
    assert {move.what for move in MOVES if move.verb == "Turn to"} <= titles


def test_a_lesson_says_what_the_lecture_promises_to_be_seen() -> None:
    tour, count = None, 0
    for move in MOVES:
        if move.verb == "Open":
            tour = Tour(move.what) if "lesson" in parse_qs(move.what[1:]) else None
        elif move.verb in ("Key", "Turn to"):
            tour = None  # what is seen from here on is not the lesson's
        elif move.what == "Next" and tour is not None:
            tour.go(1)
        elif move.verb == "See" and tour is not None and tour.step is not None:
            count += 1
            assert move.what in f"{tour.step.watch} {tour.step.answer}"
    assert count > 8
