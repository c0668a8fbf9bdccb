"""How stored numbers become values in [0, 1], said in words."""

import math
import numbers
import sys
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.data.field import Limits
from workbench.refusal import Refusal

WHOLE, SUGGESTED = "whole", "suggested"
_TINY = float(np.finfo(np.float32).tiny)  # smaller numbers would be lost in single precision
Named = Literal["whole", "suggested"]
Window = tuple[float, ...] | Named  # two numbers, which `require_window` checks, or a word for two


@dataclass(frozen=True)
class Scale:
    """The two values that become 0 and 1, and the sentence about them.

    `fuller` are those that 16-bit numbers would fill, where they reach less than half of what their type holds.
    """

    limits: Limits
    said: str
    fuller: Limits | None = None

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """The values in [0, 1] as float32 (complex64); what lies outside is clipped."""
        low, high = self.limits
        if np.iscomplexobj(values):
            parts = [part.astype(np.float64) / high for part in (np.real(values), np.imag(values))]
            return (parts[0] + 1j * parts[1]).astype(np.complex64)
        if (low, high) == (0.0, 1.0):
            return values.astype(np.float32).clip(0, 1)
        small = values.dtype.itemsize <= 2 and max(abs(low), abs(high)) <= 2**16
        values = values.astype(np.float32 if small else np.float64)  # large offsets cancel in double precision
        values = values.clip(low, high)
        if math.isinf(high - low):  # a range wider than the largest number: in halves
            values, low, high = values / 2, low / 2, high / 2
        return ((values - low) / (high - low)).astype(np.float32)


def scale(
    values: np.ndarray, window: Window | None = None, top: float | None = None, suggested: Limits | None = None
) -> Scale:
    """The scale of the values: window, type, or smallest and largest.

    A window clips. Without one, 8- and 16-bit unsigned integers take the range of their type (0 to `top` where that
    is narrower), floats in [0, 1] stay, and all else takes its own smallest and largest value. Complex numbers are
    divided by their largest modulus where it exceeds 1. Refusal for a constant outside [0, 1], for a complex window,
    and for a suggested window where the file suggests none.
    """
    if np.iscomplexobj(values):
        return _complex(values, window)
    smallest, largest = float(values.min()), float(values.max())
    if window == SUGGESTED and suggested is None:
        raise Refusal("a window that the file suggests", "a file without one", 'give window=(low, high) or "whole"')
    if window is not None and window != WHOLE:
        low, high = map(float, suggested or (0, 1)) if window == SUGGESTED else map(float, window)
        outside = int(np.count_nonzero((values < low) | (values > high)))
        return Scale(
            (low, high), f"window [{low:g}, {high:g}] scaled to [0, 1]; {outside} of {values.size} values clipped"
        )
    if window is None and (typed := _by_type(values, largest, top)):
        return typed
    if window is None and values.dtype.kind in "bf" and smallest >= 0 and (largest == 0 or _TINY <= largest <= 1):
        return Scale((0.0, 1.0), f"values kept as they are, within [0, 1]{_hint(largest, 1.0)}")
    if smallest == largest:
        came = f"{smallest:g} everywhere"
        raise Refusal("values that differ, or lie in [0, 1]", came, "give window=(low, high) that become 0 and 1")
    said = f"scaled from [{smallest:g}, {largest:g}], its smallest and largest value, to [0, 1]"
    return Scale((smallest, largest), said)


def _by_type(values: np.ndarray, largest: float, top: float | None) -> Scale | None:
    """The range of the stored type, where that is an unsigned integer of up to 16 bits."""
    if values.dtype not in (np.uint8, np.uint16):
        return None
    top = float(np.iinfo(values.dtype).max if top is None else top)
    if largest > top:
        return None
    bits = math.ceil(math.log2(top + 1))
    hint = _hint(largest, top)
    fuller = (0.0, largest) if hint and top > np.iinfo(np.uint8).max else None
    return Scale((0.0, top), f"{bits}-bit integers scaled from [0, {top:g}] to [0, 1]{hint}", fuller)


def _hint(largest: float, top: float) -> str:
    """What would use more of the range, where the values fill less than half of it."""
    return f"; they reach {largest:g}: window=(0, {largest:g}) uses the whole range" if 0 < largest < top / 2 else ""


def _complex(values: np.ndarray, window: Window | None) -> Scale:
    if window is not None:
        raise Refusal("real values for a window", "complex values", "leave `window` out")
    real, imag = np.real(values), np.imag(values)
    part = float(max(np.abs(real).max(), np.abs(imag).max())) or 1.0
    largest = part * float(np.hypot(real / part, imag / part).max())
    if math.isinf(largest):
        raise Refusal("complex values whose modulus is a number", "parts near 1e308", "divide them by their largest")
    if largest <= 1:
        return Scale((0.0, 1.0), "complex values kept as they are, modulus at most 1")
    return Scale((0.0, largest), f"complex values divided by their largest modulus, {largest:g}")


def require_window(window: Window | None) -> None:
    """Refuse a window that is neither a known word nor two increasing, finite numbers."""
    if window is None or (isinstance(window, str) and window in (WHOLE, SUGGESTED)):
        return
    pair = not isinstance(window, str) and len(window) == 2
    real = pair and all(isinstance(w, numbers.Real) and abs(w) <= sys.float_info.max for w in window)
    if not real or not window[0] < window[1]:
        wanted = 'a window (low, high) with low < high, "whole" or "suggested"'
        raise Refusal(wanted, repr(window), "for soft tissue in CT, (-160, 240)")
