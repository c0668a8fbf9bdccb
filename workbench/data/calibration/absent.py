"""Numbers that stand where nothing was measured: the zeros of a mask, a border that was padded, a saturated part."""

import numpy as np

_SHARE = 0.01  # of all values: fewer spoil no median
_TIES = 20  # times as often as any other: noise repeats no value so
_FEW_LEVELS = 0.1  # of the other values that are one number: so few counts, 0 or 1, repeat by themselves
_MOST = 3  # such numbers at a time: both ends of what was clipped, and a mask
_BLOCK = 4  # pixels a side that are all equal where nothing was measured, however rough the scale


def absent(values: np.ndarray, axes: tuple[int, ...] = ()) -> np.ndarray:
    """Where no value was measured: NaN, numbers that repeat as no noise does, blocks along `axes` of the usual number.

    Values that are all equal are no data, and left to who reads them.
    """
    gaps = np.isnan(values) if values.dtype.kind in "fc" else np.zeros(values.shape, bool)
    found, counts = np.unique(values[~gaps], return_counts=True)
    if counts.size < 2:
        return gaps
    order = np.argsort(counts)[::-1]
    for number in _repeated(counts[order]):
        gaps = gaps | (values == found[order[number]])
    if axes and counts[order[0]] >= _SHARE * values.size and values.dtype.kind != "b":
        gaps = gaps | _blocks(values == found[order[0]], axes)
    return gaps


def _repeated(counts: np.ndarray) -> range:
    """How many of the numbers, the most frequent first, stand for nothing that was measured."""
    for many in range(min(_MOST, len(counts) - 1), 0, -1):
        others = int(counts[many:].sum())
        told = counts[many] <= _FEW_LEVELS * others and counts[many - 1] >= _SHARE * counts.sum()
        if told and counts[many - 1] > _TIES * counts[many]:
            return range(many)
    return range(0)


def _blocks(same: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Where windows of `_BLOCK` along each axis are true throughout: what an opening of the picture leaves."""
    for axis in axes:
        same = _over(same, axis, np.logical_and)
    for axis in axes:
        pads = [(_BLOCK - 1, _BLOCK - 1) if k == axis % same.ndim else (0, 0) for k in range(same.ndim)]
        same = _over(np.pad(same, pads), axis, np.logical_or)
    return same


def _over(values: np.ndarray, axis: int, join: np.ufunc) -> np.ndarray:
    """Each value joined with the next `_BLOCK` - 1 along an axis; the last ones, which have fewer, are left out."""
    moved = np.moveaxis(values, axis, 0)
    size = len(moved) - _BLOCK + 1
    found = join.reduce([moved[k : k + size] for k in range(_BLOCK)])
    return np.moveaxis(found, 0, axis)


def without_lines(values: np.ndarray, gaps: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Both without the lines, along these axes, in which nothing was measured, such as every second row of k-space."""
    for axis in axes:
        others = tuple(k for k in range(values.ndim) if k != axis % values.ndim)
        kept = ~gaps.all(others)
        values, gaps = np.compress(kept, values, axis), np.compress(kept, gaps, axis)
    return values, gaps
