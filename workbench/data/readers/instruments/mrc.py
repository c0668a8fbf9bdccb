"""MRC: maps and tilt series of electron microscopes, with the file of angles that lies beside them."""

import math
import os
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, Fields, Index, Reading, StoredArray, need

_HEADER = 1024
_BYTES = {0: 1, 1: 2, 2: 4, 4: 8, 6: 2, 12: 2}  # of a value, by the mode of the header
_ANGLES = (".rawtlt", ".tlt")
_AXES = ("z", "y", "x")


def begins(head: bytes) -> bool:
    """Whether the first bytes are a header that makes sense: files of old programs lack the word "MAP "."""
    return _told(head) > 0


def inside(path: Path) -> bool:
    """Whether the file is as long as its header says: sizes, a mode and axes alone are no proof."""
    with path.open("rb") as stream:
        return _told(stream.read(_HEADER)) == os.fstat(stream.fileno()).st_size


def _told(head: bytes) -> int:
    """The bytes that the file has by its header; 0 where this is no header of MRC."""
    for order in "<>" if len(head) >= _HEADER else "":
        columns, rows, sections, mode = struct.unpack(f"{order}4i", head[:16])
        extended = struct.unpack(f"{order}i", head[92:96])[0]
        axes = set(struct.unpack(f"{order}3i", head[64:76]))
        if min(columns, rows, sections) > 0 and mode in _BYTES and axes in ({1, 2, 3}, {0}) and extended >= 0:
            return _HEADER + extended + columns * rows * sections * _BYTES[mode]
    return 0


def fields(path: Path) -> Fields:
    """The map as (z, y, x), for a tilt series (tilt, y, x); `angles` in degrees where a .rawtlt or .tlt lies beside."""
    with _opened(path) as file:
        shape, dtype = file.data.shape, file.data.dtype
    angles = _angles(path, shape[0])

    def read(index: Index) -> Reading:
        with _opened(path) as file:
            size = [float(file.voxel_size[axis]) for axis in "xyz"]
            said = f"its voxels are {' x '.join(f'{n:g}' for n in size)} Angstrom (x, y, z)"
            return Reading(np.array(file.data[index]), (said,) * (min(size) > 0))

    axes = (("tilt", "y", "x") if angles is not None else _AXES)[-len(shape) :] if len(shape) <= 3 else ()
    data = StoredArray(shape, dtype, read, math.prod(shape[1:]), axes)
    if angles is None:
        return {"": data}
    aside = StoredArray(angles.shape, angles.dtype, lambda index: Reading(angles[index]), rank=ASIDE, units="degrees")
    return {"": data, "angles": aside}


def _opened(path: Path) -> Any:
    with warnings.catch_warnings():  # of a missing "MAP ", which old programs do not write
        warnings.simplefilter("ignore", RuntimeWarning)
        return need("mrcfile", "instruments").mmap(path, permissive=True)


def _angles(path: Path, count: int) -> np.ndarray | None:
    """The angles of a text file of the same name, one a line; None where there is none or it counts other views."""
    for ending in _ANGLES:
        beside = path.with_suffix(ending)
        if beside.is_file():
            try:
                found = np.array(beside.read_text().split(), dtype=np.float64)
            except ValueError:
                continue
            if len(found) == count:
                return found
    return None
