"""NPY and NPZ: arrays of NumPy, mapped or read when asked for, never unpickled."""

import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import Fields, Index, Reading, StoredArray


def npy(path: Path) -> Fields:
    """The array of an NPY file, mapped rather than read."""
    with path.open("rb") as stream:
        shape, dtype = _header(stream)
    return {
        "": StoredArray(shape, dtype, lambda index: Reading(np.load(path, mmap_mode="r", allow_pickle=False)[index]))
    }


def npz(path: Path) -> Fields:
    """The arrays of an NPZ archive."""
    with zipfile.ZipFile(path) as archive:
        headers = {}
        for member in archive.namelist():
            if member.endswith(".npy"):
                with archive.open(member) as stream:
                    headers[member.removesuffix(".npy")] = _header(stream)
    return {name: _member(path, name, shape, dtype) for name, (shape, dtype) in headers.items()}


def _member(path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype) -> StoredArray:
    def read(index: Index) -> Reading:
        with np.load(path, allow_pickle=False) as archive:
            return Reading(archive[name][index])

    return StoredArray(shape, dtype, read, math.prod(shape))


def _header(stream: Any) -> tuple[tuple[int, ...], np.dtype]:
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream)
    return shape, dtype


def is_npz(path: Path) -> bool:
    """Whether a zip file holds NPY arrays."""
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith(".npy") for name in archive.namelist())
