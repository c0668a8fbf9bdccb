"""Tables of known values as the cases of a test."""

from collections.abc import Sequence
from itertools import islice, product
from string import ascii_lowercase
from typing import Any

import pytest


def table(names: str | tuple[str, ...], rows: Sequence[Any]) -> pytest.MarkDecorator:
    """A case a row, each with letters of its own for a name: `--quick`, which takes one case a word, takes them all."""
    letters = ("".join(pair) for pair in product(ascii_lowercase, repeat=2))
    return pytest.mark.parametrize(names, rows, ids=list(islice(letters, len(rows))))
