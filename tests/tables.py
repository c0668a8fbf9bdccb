"""Tables of known values as the cases of a test, and what such values are made of."""

from collections.abc import Sequence
from itertools import islice, product
from string import ascii_lowercase
from typing import Any

import pytest
import torch
from torch import Tensor


def table(names: str | tuple[str, ...], rows: Sequence[Any]) -> pytest.MarkDecorator:
    """A case a row, each with letters of its own for a name: `--quick`, which takes one case a word, takes them all."""
    letters = ("".join(pair) for pair in product(ascii_lowercase, repeat=2))
    return pytest.mark.parametrize(names, rows, ids=list(islice(letters, len(rows))))


def column(*values: float) -> Tensor:
    """Numbers in double precision."""
    return torch.tensor(values, dtype=torch.float64)


def rng(seed: int = 0) -> torch.Generator:
    """A stream of random numbers."""
    return torch.Generator().manual_seed(seed)
