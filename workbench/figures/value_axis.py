"""Values of a parameter along an axis: whether it is logarithmic, where each stands, what is written at its ends."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from workbench.parameters import as_text

_FAR = 20  # the largest over the least, from where on only a logarithmic axis shows all
_MIDDLE = 0.5


def column_of(values: Sequence[Any] | np.ndarray) -> np.ndarray:
    """Numbers as they are, everything else as the text that a person writes."""
    array = np.asarray(values)
    return array if is_numeric(array) else np.array([as_text(value) for value in values])


def is_numeric(column: np.ndarray) -> bool:
    """Whether the values are numbers; truth values are words."""
    return bool(np.issubdtype(column.dtype, np.number))


def is_geometric(column: np.ndarray) -> bool:
    """Whether values are positive numbers so far apart that only a logarithmic axis shows them all."""
    return is_numeric(column) and bool(column.min() > 0 and column.max() >= _FAR * column.min())


def heights(column: np.ndarray) -> np.ndarray:
    """Where each value stands from 0, the least, to 1; names one above the other; one value alone in the middle."""
    if not is_numeric(column):
        names = list(dict.fromkeys(column.tolist()))
        places = {name: _MIDDLE if len(names) == 1 else i / (len(names) - 1) for i, name in enumerate(names)}
        return np.array([places[name] for name in column.tolist()])
    numbers = np.log(column.astype(float)) if is_geometric(column) else column.astype(float)
    reach = numbers.max() - numbers.min()
    return (numbers - numbers.min()) / reach if reach else np.full(len(numbers), _MIDDLE)


def ends(column: np.ndarray) -> Iterator[tuple[float, str]]:
    """Height and text of what is written at an axis: its least and largest value; of names, each."""
    seen = dict(zip(map(float, heights(column)), column, strict=True))
    for height, value in seen.items():
        if not is_numeric(column) or height in (0, _MIDDLE, 1):
            yield height, as_short_text(value)


def as_short_text(value: Any) -> str:
    """A value in four digits at the most."""
    return f"{value:.4g}" if isinstance(value, float | np.floating) else as_text(value)
