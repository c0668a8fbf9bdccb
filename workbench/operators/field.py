"""The numbers that an operator takes."""

from enum import Flag, auto


class Field(Flag):
    """The numbers an operator takes."""

    REAL = auto()
    COMPLEX = auto()
