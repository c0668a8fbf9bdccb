"""Colours that mean the same on the page, in a cell and in a plot."""

from collections.abc import Iterable, Iterator
from itertools import cycle
from typing import TypeVar

T = TypeVar("T")

COLOURS = ("#2f86d0", "#ec7f2b", "#38a169", "#b05fc9")  # of curves, in their order
MARK = "#f08c00"  # where a slider was moved
HERE = "#0ca5a5"  # the moment of a run that is looked at
LIMIT = "#d6336c"  # what no curve can cross
ERROR = "#e5483f"  # of what is wrong, readable on white and on black


def coloured(drawn: Iterable[T]) -> Iterator[tuple[T, str]]:
    """Each of what is drawn and its colour; where there are more than colours, they come again."""
    return zip(drawn, cycle(COLOURS), strict=False)


def told_apart(number: int) -> tuple[str, int]:
    """The colour and the dash, 0 to 3, of the line with that number: no two of sixteen have both."""
    return COLOURS[number % len(COLOURS)], (number + number // len(COLOURS)) % 4
