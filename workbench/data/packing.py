"""Attributes that say how numbers are packed and which of them are missing: the CF conventions of NetCDF and Zarr."""

import base64
import binascii
import cmath
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.data.field import Reading
from workbench.data.missing import marked

_MARKERS = ("_FillValue", "missing_value")
# What a NetCDF library leaves where nothing was written; of single bytes no value is one.
_DEFAULT_FILLS = {"i2": -32767, "i4": -2147483647, "i8": -(2**63) + 2, "u2": 65535, "u4": 4294967295, "u8": 2**64 - 2}
_DEFAULT_FILLS |= {"f4": 9.969209968386869e36, "f8": 9.969209968386869e36}
_PACKED = ("scale_factor", "add_offset")


@dataclass(frozen=True)
class Packing:
    """value = scale * stored + offset; a stored value is missing that equals a marker or lies outside `valid`."""

    scale: float = 1.0
    offset: float = 0.0
    markers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    valid: tuple[float, float] = (-np.inf, np.inf)
    stored: np.dtype | None = None

    def dtype(self, dtype: np.dtype) -> np.dtype:
        """The type of the unpacked values."""
        packed = (self.scale, self.offset) != (1.0, 0.0)
        return np.dtype(np.float64) if packed else self.stored or dtype

    def __call__(self, values: np.ndarray) -> Reading:
        """The stored values unpacked, with their gaps and a sentence."""
        if self.stored is not None:
            same = values.dtype.itemsize == self.stored.itemsize and self.stored.kind != "b"
            values = values.view(self.stored.newbyteorder(values.dtype.byteorder)) if same else values.astype(bool)
        gaps, marker = self._gaps(values)
        if (self.scale, self.offset) == (1.0, 0.0):
            return Reading(values, (), gaps, marker)
        said = f"unpacked by scale_factor {self.scale:g} and add_offset {self.offset:g}"
        return Reading(values.astype(np.float64) * self.scale + self.offset, (said,), gaps, marker)

    def _gaps(self, values: np.ndarray) -> tuple[np.ndarray | None, str]:
        gaps, said = np.zeros(values.shape, bool), []
        for name, markers in self.markers.items():
            found = marked(values, markers)
            gaps |= found
            said += [f"{name} {', '.join(f'{m:g}' for m in markers)}"] * bool(found.any())
        low, high = self.valid
        if values.dtype.kind in "iuf" and (low, high) != (-np.inf, np.inf):
            outside = (values < low) | (values > high)
            said += [f"outside the valid range {low:g} to {high:g}"] * bool((outside & ~gaps).any())
            gaps |= outside
        return (gaps if gaps.any() else None), ", ".join(said)


def packing(attributes: Mapping[str, Any], dtype: np.dtype, netcdf: bool = False, unpack: bool = True) -> Packing:
    """The packing that the attributes of an array tell; with `netcdf`, what was never written is missing as well.

    Without `unpack` the stored numbers are kept and only the missing ones are found.
    """
    stored = _stored(attributes, dtype)
    markers = {name: _numbers(attributes[name], dtype) for name in _MARKERS if name in attributes}
    if netcdf and "_FillValue" not in markers and dtype.str[1:] in _DEFAULT_FILLS:
        markers["the fill value of NetCDF"] = (_DEFAULT_FILLS[dtype.str[1:]],)
    bounds = _numbers(attributes.get("valid_range", ()), dtype)
    if stored is not None and stored.kind == "u":
        markers = {name: tuple(m % 256**dtype.itemsize for m in found) for name, found in markers.items()}
        bounds = tuple(bound % 256**dtype.itemsize for bound in bounds)
    if len(bounds) != 2:
        bounds = _one(attributes, "valid_min", -np.inf), _one(attributes, "valid_max", np.inf)
    scale, offset = (
        (_one(attributes, "scale_factor", 1.0), _one(attributes, "add_offset", 0.0)) if unpack else (1.0, 0.0)
    )
    return Packing(scale, offset, markers, (bounds[0], bounds[1]), stored)


def _one(attributes: Mapping[str, Any], name: str, default: float) -> float:
    return (*_numbers(attributes.get(name, ()), np.dtype(np.float64)), default)[0]


def named_packing(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """The attributes that ask for another scale."""
    return tuple(name for name in _PACKED if name in attributes)


def _stored(attributes: Mapping[str, Any], dtype: np.dtype) -> np.dtype | None:
    """The type that the numbers have, where the attributes say another one than the file."""
    if str(_text(attributes.get("dtype", ""))) == "bool" and dtype.kind in "iu":
        return np.dtype(bool)
    told = str(_text(attributes.get("_Unsigned", ""))).lower()
    if told == "true" and dtype.kind == "i":
        return np.dtype(f"u{dtype.itemsize}")
    return np.dtype(f"i{dtype.itemsize}") if told == "false" and dtype.kind == "u" else None


def _text(value: Any) -> Any:
    value = np.ravel(value)[0] if np.size(value) else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _numbers(value: Any, dtype: np.dtype) -> tuple[float, ...]:
    """The numbers of an attribute; () where it holds none. xarray writes floats in Zarr 3 as base64."""
    found = (_number(each, dtype) for each in np.ravel(value).tolist())
    return tuple(number for number in found if number is not None)


def _number(value: Any, dtype: np.dtype) -> float | None:
    value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    if isinstance(value, str) and dtype.kind == "f":
        try:
            return struct.unpack("<d", base64.b64decode(value, validate=True))[0]
        except (binascii.Error, ValueError, struct.error):
            pass
    if isinstance(value, complex):
        return math.nan if cmath.isnan(value) else None
    try:
        return value if isinstance(value, int) and not isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
