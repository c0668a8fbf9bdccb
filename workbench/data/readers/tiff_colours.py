"""What the samples of a TIFF pixel mean: bands, colours, palettes, inks, and alpha, which is no channel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.refusal import Refusal

_JPEG = ("OJPEG", "JPEG", "JPEG_LOSSY", "ALT_JPEG")  # tifffile converts what these hold to RGB
_ALPHA = (1, 2)  # of the tag ExtraSamples; 0 is a band that the file does not name
_CMYK = 1  # of the tag InkSet
_RED, _GREEN, _BLUE = 0.299, 0.587, 0.114  # the default of the tag YCbCrCoefficients
_USUAL = ((299, 1000, 587, 1000, 114, 1000), (0, 1, 255, 1, 128, 1, 255, 1, 128, 1, 255, 1))
_OTHER_SPACES = ("CIELAB", "ICCLAB", "ITULAB", "LOGL", "LOGLUV")


@dataclass(frozen=True)
class Meaning:
    """The samples of a pixel to keep, what mixes them to colours, and what is said about it.

    `channels` is the length of the channel axis, 0 for none; `top` the largest number of a narrow type.
    """

    keep: tuple[int, ...]
    channels: int
    dtype: np.dtype
    notes: tuple[str, ...] = ()
    top: float | None = None
    mix: Callable[[np.ndarray], np.ndarray] | None = None

    def values(self, pixels: np.ndarray) -> np.ndarray:
        """(..., H, W[, S]) as (..., H, W[, C])."""
        kept = self._kept(pixels)
        return self.mix(kept) if self.mix else kept

    def gaps(self, gaps: np.ndarray) -> np.ndarray:
        """The same of the gaps: a colour is missing where one of the samples that make it is."""
        kept = self._kept(gaps)
        if self.mix is None:
            return kept
        some = np.logical_or.reduce(kept, -1) if kept.ndim > 2 else kept
        return np.broadcast_to(some[..., None], (*some.shape, self.channels))

    def _kept(self, pixels: np.ndarray) -> np.ndarray:
        if not self.keep:
            return pixels
        return pixels[..., list(self.keep)] if self.channels or self.mix else pixels[..., self.keep[0]]


def meaning(key: Any) -> Meaning:
    """What the header of a page says about its samples."""
    samples = key.shape[key.axes.index("S")] if "S" in key.axes else 0
    extra = tuple(map(int, key.extrasamples))[:samples]
    dropped = {samples - len(extra) + k for k, kind in enumerate(extra) if kind in _ALPHA}
    keep = tuple(k for k in range(samples) if k not in dropped)
    plain = tuple(k for k in range(samples - len(extra)))
    notes = ("the alpha channel is dropped",) * bool(dropped)
    kind = getattr(key.photometric, "name", str(key.photometric))
    if kind in _OTHER_SPACES:
        raise Refusal("grey values, bands, a palette, RGB, YCbCr or CMYK", f"colours of {kind}", "save it as RGB")
    if kind == "PALETTE" and key.colormap is not None:
        return _palette(key, keep[:1], notes)
    if kind == "SEPARATED" and len(plain) == 4 and key.tags.valueof("InkSet", _CMYK) == _CMYK:
        said = (*notes, "CMYK colours are converted to RGB")
        return Meaning(plain, 3, key.dtype, said, mix=_from_inks)
    if kind == "YCBCR" and getattr(key.compression, "name", "") not in _JPEG and len(plain) == 3:
        return _from_differences(key, plain, notes)
    inverted = ("small values are meant to look bright; the values are kept as they are",) * (kind == "MINISWHITE")
    mosaic = ("its colours lie side by side as in the sensor's mosaic, and are kept so",) * (kind == "CFA")
    channels = len(keep) if len(keep) > 1 else 0
    return Meaning(keep, channels, key.dtype, (*notes, *inverted, *mosaic), _top(key))


def _top(key: Any) -> float | None:
    bits = key.bitspersample
    narrow = isinstance(bits, int) and key.dtype.kind == "u" and bits < 8 * key.dtype.itemsize
    return float(2**bits - 1) if narrow else None


def _palette(key: Any, keep: tuple[int, ...], notes: tuple[str, ...]) -> Meaning:
    table = np.asarray(key.colormap).T  # (colours, 3) of 16 bits
    eight = not (table % 257).any()
    table = (table // 257).astype(np.uint8) if eight else table.astype(np.uint16)

    def mix(pixels: np.ndarray) -> np.ndarray:
        return table[pixels[..., 0] if keep else pixels]

    return Meaning(keep, 3, table.dtype, (*notes, "P colours are converted to RGB"), mix=mix)


def _from_inks(inks: np.ndarray) -> np.ndarray:
    top = np.iinfo(inks.dtype).max if inks.dtype.kind == "u" else 1
    light = top - inks.astype(np.float64)
    mixed = light[..., :3] * light[..., 3:] / top
    return (mixed.round() if inks.dtype.kind == "u" else mixed).astype(inks.dtype)


def _from_differences(key: Any, keep: tuple[int, ...], notes: tuple[str, ...]) -> Meaning:
    told = (key.tags.valueof(name) for name in ("YCbCrCoefficients", "ReferenceBlackWhite"))
    if key.dtype != np.uint8 or any(value not in (None, usual) for value, usual in zip(told, _USUAL, strict=True)):
        raise Refusal("RGB, or YCbCr of 8 bits in its usual range", f"YCbCr of {key.dtype}", "save it as RGB")

    def mix(pixels: np.ndarray) -> np.ndarray:
        y, blue, red = (pixels[..., k].astype(np.float64) - 128 * (k > 0) for k in range(3))
        r, b = y + 2 * (1 - _RED) * red, y + 2 * (1 - _BLUE) * blue
        g = (y - _RED * r - _BLUE * b) / _GREEN
        return np.stack([r, g, b], -1).round().clip(0, 255).astype(np.uint8)

    return Meaning(keep, 3, key.dtype, (*notes, "YCbCr colours are converted to RGB"), mix=mix)
