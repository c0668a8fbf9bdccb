"""MATLAB 5 to 7: variables by their names, read by SciPy. Version 7.3 is HDF5: see `hdf5`."""

import math
from pathlib import Path

import numpy as np

from workbench.data.field import Field, Fields, Index, Reading, need

_WHOLE = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
_TYPES = {"double": "f8", "single": "f4", "logical": "?", **{name: name for name in _WHOLE}}


def fields(path: Path) -> Fields:
    """The numeric arrays of a file; cells, structures, text and sparse matrices are left out."""
    listed = need("scipy.io").whosmat(path)
    return {name: _variable(path, name, tuple(shape), kind) for name, shape, kind in listed if kind in _TYPES}


def _variable(path: Path, name: str, shape: tuple[int, ...], kind: str) -> Field:
    def read(index: Index) -> Reading:
        values = need("scipy.io").loadmat(path, variable_names=[name])[name]
        return Reading((values.astype(bool) if kind == "logical" else values)[index])

    return Field(shape, np.dtype(_TYPES[kind]), read, math.prod(shape))
