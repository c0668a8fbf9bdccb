"""MRC: maps and tilt series of electron microscopes, with the file of angles that lies beside them."""

import math
import os
import re
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, Fields, Index, Reading, StoredArray, need

_HEADER = 1024
_AXES = ("z", "y", "x")
_BYTES = {0: 1, 1: 2, 2: 4, 4: 8, 6: 2, 12: 2}  # of a value, by the mode of the header
_ANGLES = (".rawtlt", ".tlt")
_MDOC = re.compile(r"^\[ZValue\s*=\s*(\d+)\]|^TiltAngle\s*=\s*(\S+)", re.MULTILINE)
# What IMOD writes at byte 152 of the header, 40 of what mrcfile calls its second extra part, and the flag behind it.
_STAMP, _IMOD, _SIGNED = 40, 1146047817, 1


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
    """The map as (z, y, x) or as its header orders them, for a tilt series (tilt, y, x).

    `angles` in degrees where a .rawtlt, a .tlt or a .mdoc lies beside.
    """
    with _opened(path) as file:
        shape, dtype, order = file.data.shape, file.data.dtype, _order(file.header)
        plain = dtype == np.int8 and _is_unsigned(file.header)
    angles, where = _angles(path, shape[0]) if len(shape) == 3 else (None, "")

    def read(index: Index) -> Reading:
        with _opened(path) as file:
            size = [float(file.voxel_size[axis]) for axis in "xyz"]
            notes = (f"its voxels are {' x '.join(f'{n:g}' for n in size)} Angstrom (x, y, z)",) * (min(size) > 0)
            notes += (f"its axes are stored as ({', '.join(order)})",) * (order != _AXES)
            notes += ("its bytes have no sign, as IMOD says",) * bool(plain)
            values = np.array(file.data[index])
            return Reading(values.view(np.uint8) if plain else values, notes)

    axes = (("tilt", *order[1:]) if angles is not None else order)[-len(shape) :] if len(shape) <= 3 else ()
    data = StoredArray(shape, np.dtype(np.uint8) if plain else dtype, read, math.prod(shape[1:]), axes)
    if angles is None:
        return {"": data}

    def tilts(index: Index) -> Reading:
        return Reading(angles[index], (f"from {where}",))

    return {"": data, "angles": StoredArray(angles.shape, angles.dtype, tilts, rank=ASIDE, units="degrees")}


def _order(header: Any) -> tuple[str, ...]:
    """The axes of sections, rows and columns."""
    told = [int(header[key]) for key in ("maps", "mapr", "mapc")]
    return tuple("xyz"[k - 1] for k in told) if set(told) == {1, 2, 3} else _AXES


def _is_unsigned(header: Any) -> bool:
    """Whether IMOD wrote bytes without a sign: the standard has no such mode, and IMOD a flag of its own."""
    stamp = np.frombuffer(header["extra2"].tobytes(), header.dtype["nx"], 2, _STAMP)
    return bool(stamp[0] == _IMOD and not stamp[1] & _SIGNED)


def _opened(path: Path) -> Any:
    with warnings.catch_warnings():  # of a missing "MAP ", which old programs do not write
        warnings.simplefilter("ignore", RuntimeWarning)
        return need("mrcfile", "instruments").mmap(path, permissive=True)


def _angles(path: Path, count: int) -> tuple[np.ndarray | None, str]:
    """The angles of a text file of the same name, and its name; None where there is none or it counts other views."""
    texts = [(path.with_suffix(ending), lambda text: text.split()) for ending in _ANGLES]
    texts += [(path.with_name(f"{name}.mdoc"), _of_sections) for name in (path.name, path.stem)]
    for beside, words in texts:
        if beside.is_file():
            try:
                found = np.array(words(beside.read_text(errors="replace")), dtype=np.float64)
            except ValueError:
                continue
            if len(found) == count:
                return found, beside.name
    return None, ""


def _of_sections(text: str) -> list[str]:
    """The angles of a .mdoc in the order of the sections: its entries may stand in that of the exposures."""
    found: dict[int, str] = {}
    section = None
    for number, angle in _MDOC.findall(text):
        section = int(number) if number else section
        if angle and section is not None:
            found[section] = angle
    return [found[k] for k in sorted(found)]
