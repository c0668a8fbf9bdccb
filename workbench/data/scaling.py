"""How stored numbers become values in [0, 1], said in words."""

import numbers

import numpy as np

from workbench.refusal import Refusal

Limits = tuple[float, float]
Window = tuple[float, ...]  # two numbers, which `require_window` checks


def to_unit(values: np.ndarray, window: Window | None = None) -> tuple[np.ndarray, str, Limits]:
    """(values - low) / (high - low) as float32 (complex64), a sentence about it, and (low, high).

    A window is (low, high) and clips. Without one, 8- and 16-bit unsigned integers take the range of their type, floats
    in [0, 1] stay, and all else takes its own smallest and largest value. Complex numbers are divided by their largest
    modulus where it exceeds 1. Refusal for a constant outside [0, 1], which has no scale, and for a complex window.
    """
    if np.iscomplexobj(values):
        return _complex(values, window)
    if window is not None:
        low, high = map(float, window)
        outside = int(np.count_nonzero((values < low) | (values > high)))
        said = f"window [{low:g}, {high:g}] scaled to [0, 1]; {outside} of {values.size} values clipped"
        return _affine(values, low, high).clip(0, 1), said, (low, high)
    smallest, largest = float(values.min()), float(values.max())
    if values.dtype in (np.uint8, np.uint16):
        top = float(np.iinfo(values.dtype).max)
        hint = (
            f"; they reach {largest:g}: window=(0, {largest:g}) uses the whole range" if 0 < largest < top / 2 else ""
        )
        said = f"{values.dtype.itemsize * 8}-bit integers scaled from [0, {top:g}] to [0, 1]{hint}"
        return _affine(values, 0.0, top), said, (0.0, top)
    if values.dtype.kind in "bf" and smallest >= 0 and largest <= 1:
        return values.astype(np.float32), "values kept as they are, within [0, 1]", (0.0, 1.0)
    if smallest == largest:
        came = f"{smallest:g} everywhere"
        raise Refusal("values that differ, or lie in [0, 1]", came, "give window=(low, high) that become 0 and 1")
    said = f"scaled from [{smallest:g}, {largest:g}], its smallest and largest value, to [0, 1]"
    return _affine(values, smallest, largest), said, (smallest, largest)


def _complex(values: np.ndarray, window: Window | None) -> tuple[np.ndarray, str, Limits]:
    if window is not None:
        raise Refusal("real values for a window", "complex values", "leave `window` out")
    largest = float(np.abs(values).max())
    if largest <= 1:
        return values.astype(np.complex64), "complex values kept as they are, modulus at most 1", (0.0, 1.0)
    said = f"complex values divided by their largest modulus, {largest:g}"
    return (values / largest).astype(np.complex64), said, (0.0, largest)


def _affine(values: np.ndarray, low: float, high: float) -> np.ndarray:
    precision = np.float32 if values.dtype.itemsize <= 2 else np.float64  # large offsets cancel in double precision
    return ((values.astype(precision) - low) / (high - low)).astype(np.float32)


def require_window(window: Window | None) -> None:
    """Refuse a window that is not two increasing, finite numbers."""
    if window is None:
        return
    real = len(window) == 2 and all(isinstance(w, numbers.Real) and np.isfinite(float(w)) for w in window)
    if not real or not window[0] < window[1]:
        raise Refusal("a window (low, high) with low < high", repr(window), "for soft tissue in CT, (-160, 240)")
