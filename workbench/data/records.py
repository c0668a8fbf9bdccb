"""Arrays of records as arrays of numbers: pairs of real and imaginary parts, colours, and fields one by one."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from workbench.data.field import CHANNEL, Fields, Index, Reading, StoredArray

_COMPLEX = (("real", "imag"), ("r", "i"), ("re", "im"))
_COLOURS = ("r", "g", "b")
_PAIRS = ("complex", "ri", "_pfnc_complex")  # names of an axis of real and imaginary parts in NetCDF


def expanded(fields: Fields) -> Fields:
    """The fields, with every array of records replaced by the arrays of numbers that are in it."""
    return {name: field for stem, each in fields.items() for name, field in _expanded(stem, each).items()}


def _expanded(stem: str, field: StoredArray) -> Fields:
    names = field.dtype.names
    if names is None:
        return {stem: _pairs(field) if field.axes[-1:] and field.axes[-1] in _PAIRS and field.shape[-1] == 2 else field}
    lower = tuple(name.lower() for name in names)
    plain = all(field.dtype[name].kind in "iuf" for name in names)
    pair = next((pair for pair in _COMPLEX if sorted(pair) == sorted(lower)), None)
    if plain and pair:  # in whichever order they lie
        real, imag = (names[lower.index(part)] for part in pair)
        parts = np.result_type(*(field.dtype[name] for name in names), np.complex64)
        return {stem: _with(field, parts, lambda values: values[real] + 1j * values[imag])}
    if plain and lower[:3] == _COLOURS and lower[3:] in ((), ("a",)):
        return {stem: _colours(field, names[:3], alpha=len(names) == 4)}
    points = {name: f"{stem}.{name}" if stem else name for name in names}
    return {points[name]: _with(field, field.dtype[name], lambda values, name=name: values[name]) for name in names}


def _with(field: StoredArray, dtype: np.dtype, change: Callable[[np.ndarray], np.ndarray]) -> StoredArray:
    def read(index: Index) -> Reading:
        found = field.read(index)
        return replace(found, values=change(found.values))

    return replace(field, dtype=dtype, read=read)


def _pairs(field: StoredArray) -> StoredArray:
    """An array whose last axis holds real and imaginary parts."""

    def read(index: Index) -> Reading:
        found = field.read(index)
        gaps = None if found.gaps is None else found.gaps.any(-1)
        said = f"its axis {field.axes[-1]} holds real and imaginary parts"
        values = found.values[..., 0] + 1j * found.values[..., 1]
        return replace(found, values=values, gaps=gaps, notes=(*found.notes, said))

    dtype = np.result_type(field.dtype, np.complex64)
    return replace(field, shape=field.shape[:-1], dtype=dtype, read=read, axes=field.axes[:-1])


def _colours(field: StoredArray, names: tuple[str, ...], alpha: bool) -> StoredArray:
    rank = len(field.shape)

    def read(index: Index) -> Reading:
        found = field.read(index[:rank])
        values = np.stack([found.values[name] for name in names], -1)
        notes = (*found.notes, *(("the alpha channel is dropped",) * alpha))
        return replace(found, values=values[(..., *index[rank:])] if len(index) > rank else values, notes=notes)

    axes = (*field.axes, CHANNEL) if field.axes else ()
    return replace(field, shape=(*field.shape, 3), dtype=field.dtype[names[0]], read=read, axes=axes)
