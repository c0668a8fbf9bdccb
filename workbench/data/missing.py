"""Missing values: what marks them, and what stands in their place, so that none is ever taken for data."""

import math
from collections.abc import Iterable

import numpy as np

from workbench.data.field import Reading
from workbench.refusal import Refusal
from workbench.tensors import shown

_ULPS = 4  # a marker written as decimal text may miss the stored number by a few units in its last place


def marked(values: np.ndarray, markers: Iterable[float]) -> np.ndarray:
    """Where the values equal one of the markers, in the precision of the values."""
    found = np.zeros(values.shape, bool)
    for marker in markers:
        found |= _equal(values, marker)
    return found


def _equal(values: np.ndarray, marker: float) -> np.ndarray:
    if isinstance(marker, float) and math.isnan(marker):
        return np.isnan(values) if values.dtype.kind in "fc" else np.zeros(values.shape, bool)
    if values.dtype.kind in "fc":
        info = np.finfo(values.dtype)
        with np.errstate(over="ignore"):
            near = float(np.asarray(marker).astype(info.dtype))
        if math.isinf(near) or near == 0:
            return values == near
        room = _ULPS * float(info.eps)
        # By quotient: a difference from the largest number of a type may overflow.
        with np.errstate(over="ignore", invalid="ignore"):
            return np.abs(values / info.dtype.type(near) - 1) <= room
    if values.dtype.kind in "iu":
        info, whole = np.iinfo(values.dtype), math.isfinite(marker) and int(marker) == marker
        return values == int(marker) if whole and info.min <= marker <= info.max else np.zeros(values.shape, bool)
    return np.zeros(values.shape, bool)


def without_gaps(found: Reading, name: str) -> tuple[np.ndarray, np.ndarray | None, tuple[str, ...]]:
    """Finite values, the gaps or None, and a sentence about them.

    A gap is what the file itself calls missing. It takes the smallest of the other values (0 where they are complex).
    Refusal where everything is missing, and for NaN and infinity that the file does not announce: they may as well be
    the trace of a broken computation.
    """
    values, gaps = found.values, np.zeros(found.values.shape, bool) if found.gaps is None else found.gaps
    _require_finite(values, ~gaps, name)
    count = int(np.count_nonzero(gaps))
    if not count:
        return values, None, ()
    if count == values.size:
        raise Refusal(f"values in {name!r}", f"{shown(values.shape)} of which all are missing", "choose another slice")
    fill = values.dtype.type(0) if np.iscomplexobj(values) else values[~gaps].min()
    taken = "0" if np.iscomplexobj(values) else f"the smallest of the others, {fill:g}"
    note = f"{count} of {values.size} values are missing ({found.marker}): they take {taken}"
    return np.where(gaps, fill, values).astype(values.dtype, copy=False), gaps, (note,)


def require_whole(found: Reading, name: str) -> None:
    """Refuse data with gaps, NaN or infinity: nothing may be put in the place of what was not measured."""
    missing = 0 if found.gaps is None else int(np.count_nonzero(found.gaps))
    if missing:
        came = f"{missing} of {found.values.size} missing ({found.marker})"
        raise Refusal(f"data without gaps in {name!r}", came, "take a part without them, or fill them in and say so")
    _require_finite(found.values, np.ones(found.values.shape, bool), name)


def _require_finite(values: np.ndarray, here: np.ndarray, name: str) -> None:
    bad = int(np.count_nonzero(~np.isfinite(values) & here))
    if bad:
        came = f"{bad} of {values.size} NaN or infinite"
        raise Refusal(f"finite values in {name!r}", came, "mask or replace them before the run")
