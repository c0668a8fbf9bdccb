"""What every format offers before a number is decoded: named arrays with their shapes, types and a way to read them."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.refusal import Refusal

Index = tuple[int, ...]


@dataclass(frozen=True)
class Field:
    """One array of a file, known by its header: nothing is decoded until `read(index)`.

    `index` picks along the leading axes; `decodes` is how many values reading any part of it costs.
    `colour` says whether the last axis is colour: None where the format cannot tell.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    read: Callable[[Index], np.ndarray]
    decodes: int = 0
    colour: bool | None = None
    notes: tuple[str, ...] = ()


Fields = dict[str, Field]


def need(module: str) -> Any:
    """A module of an optional package; Refusal where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package, remedy = module.partition(".")[0], 'pip install "inverse-workbench[data]"'
        raise Refusal(f"the package {package}", "an installation without it", remedy) from error
