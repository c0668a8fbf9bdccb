"""FITS: the images and the numbers of the tables of telescopes, in the units that BSCALE and BZERO give."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import Fields, Index, Reading, StoredArray, need
from workbench.data.missing import marked

_TYPES = {8: "u1", 16: "i2", 32: "i4", 64: "i8", -32: "f4", -64: "f8"}
_UNSIGNED = {(16, 2**15): "u2", (32, 2**31): "u4", (64, 2**63): "u8", (8, -128): "i1"}
_ROWS = "rows run from the bottom, as FITS counts them"


def fields(path: Path) -> Fields:
    """Images by the name of their part, or by its number; columns of numbers as PART.column. Axes are in C's order."""
    found: Fields = {}
    names: set[str] = set()
    with _opened(path) as parts:
        for k, part in enumerate(parts):
            name = part.name if part.name and part.name != "PRIMARY" else str(k)
            name = f"{name} {part.ver}" if name in names else name
            name = f"{name} part {k}" if name in names else name
            names.add(name)
            found |= {n: field for n, field in _part(path, k, name, part) if field.shape}
    return found


def _opened(path: Path) -> Any:
    return need("astropy.io.fits", "instruments").open(path, memmap=False)  # which scaled numbers do not allow


def _part(path: Path, k: int, name: str, part: Any) -> Iterator[tuple[str, StoredArray]]:
    header = part.header
    if part.is_image:
        shape, blank, zero = tuple(map(int, part.shape)), header.get("BLANK"), header.get("BZERO", 0)

        def read(index: Index) -> Reading:
            with _opened(path) as parts:
                values = np.array(parts[k].data[index])
            gaps = np.isnan(values) if blank is not None and values.dtype.kind == "f" else None
            gaps = values == blank + int(zero) if blank is not None and gaps is None else gaps  # zero: of unsigned ones
            return Reading(values, (_ROWS,) * (len(shape) > 1), gaps, f"BLANK {blank}")

        units = str(header.get("BUNIT", ""))
        whole = math.prod(shape) if type(part).__name__ == "CompImageHDU" else 0
        yield name, StoredArray(shape, _dtype(header), read, whole, units=units)
    elif getattr(part, "columns", None) is not None:
        for column in part.columns:
            yield f"{name}.{column.name}", _column(path, k, column, int(header["NAXIS2"]))


def _column(path: Path, k: int, column: Any, rows: int) -> StoredArray:
    inner = column.dtype.base if column.dtype is not None else np.dtype(object)
    sizes = _sizes(column)
    null = None if column.null is None else column.null * (column.bscale or 1) + (column.bzero or 0)

    def read(index: Index) -> Reading:
        with _opened(path) as parts:
            values = np.array(parts[k].data[column.name])[index]
            return Reading(values, (), None if null is None else marked(values, (null,)), f"TNULL {column.null}")

    text = re.search(r"[APQ]", str(column.format)) is not None  # letters, or lists of any length
    kind = np.dtype(object) if text else inner
    return StoredArray((rows, *sizes), kind, read, units=str(column.unit or ""))


def _sizes(column: Any) -> tuple[int, ...]:
    """The axes of an entry of a column: those of TDIM, which count the other way, or as many bits or numbers."""
    if column.dim:
        return tuple(int(n) for n in re.findall(r"\d+", str(column.dim)))[::-1]
    bits = re.fullmatch(r"(\d*)X", str(column.format))
    if bits:
        return (int(bits[1] or 1),)
    return tuple(map(int, column.dtype.shape)) if column.dtype is not None else ()


def _dtype(header: Any) -> np.dtype:
    """The type of the values as astropy gives them."""
    bits, scale, zero = header["BITPIX"], header.get("BSCALE", 1), header.get("BZERO", 0)
    if (scale, zero) == (1, 0):
        return np.dtype(_TYPES[bits])
    if scale == 1 and (bits, zero) in _UNSIGNED:
        return np.dtype(_UNSIGNED[bits, zero])
    return np.dtype("f4" if abs(bits) <= 16 or bits == -32 else "f8")
