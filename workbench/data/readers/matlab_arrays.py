"""What MATLAB 7.3 means by the arrays of its HDF5 files: columns first, logical values, text, cells and tables."""

from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, DATA, Index, Reading, StoredArray

_CLASS = "MATLAB_class"


def is_matlab(data: Any) -> bool:
    """Whether MATLAB wrote an array."""
    return _CLASS in data.attrs


def is_hidden(name: str, group: Any) -> bool:
    """Whether a group holds the insides of cells, tables and sparse matrices, which are no arrays of their own."""
    return name in ("#refs#", "#subsystem#") or "MATLAB_sparse" in group.attrs


def is_inside(data: Any) -> bool:
    """Whether a dataset stands for an empty array: it holds its sizes."""
    return bool(data.attrs.get("MATLAB_empty", 0))


def field(data: Any, values: Callable[[Index], np.ndarray], block: int) -> StoredArray:
    """An array with its axes in MATLAB's order, which the file reverses."""
    kind = np.bytes_(data.attrs[_CLASS]).decode("utf-8", "replace")
    logical, axes = kind == "logical", len(data.shape)

    def read(index: Index) -> Reading:
        whole = (*index, *[slice(None)] * (axes - len(index)))
        found = values(whole[::-1]).T
        notes = ("its axes are in MATLAB's order, which the file reverses",) * (axes > 1)
        return Reading(found.astype(bool) if logical else found, notes)

    rank = ASIDE if kind in ("char", "cell", "function_handle") else DATA
    return StoredArray(data.shape[::-1], np.dtype(bool) if logical else data.dtype, read, block, rank=rank)
