"""How strong the noise of measured data is, from the data, and how well that is known."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from torch import Tensor

from workbench.data.calibration.absent import absent, without_lines
from workbench.data.calibration.quiet import MAD, SPREAD, quiet
from workbench.refusal import Refusal
from workbench.tensors import plain, shown

_ROUNDING = 1e-12  # of the largest value: what arithmetic leaves of values that are all equal
_FEWEST = 16  # details that a median rests on, where there are so many
_SHORT = 4  # values along an axis that a wavelet needs
_QUIET = 0.4  # of complex data that is noise, else their level is that of structure


@dataclass(frozen=True)
class NoiseLevel:
    """The standard deviation of one number of the data, its standard error, and the count of numbers it rests on.

    Of complex data, that of the real and of the imaginary part, as `noise.Gaussian` has it. Values that repeat as no
    noise does, such as the zeros of a mask, were not measured: `left_out` of them are not looked at.
    """

    sigma: float
    error: float
    count: int
    left_out: int = 0

    @property
    def remark(self) -> str:
        """What was not looked at, to be said behind the level; empty where all was."""
        return f"; {self.left_out} equal ones, as where nothing was measured, are left out" if self.left_out else ""


@dataclass(frozen=True)
class PhotonTransfer:
    """var = gain mean + read^2: counts a quantum, with its standard error, and the noise in the dark, in counts."""

    gain: float
    error: float
    read: float


def of_background(values: ArrayLike | Tensor) -> NoiseLevel:
    """From a region without structure: the deviation from its mean. Error sigma / sqrt(2 (n - 1))."""
    values = _array(values)
    gaps = _gaps(values)
    each = _real(values[~gaps].reshape(1, -1))
    count = each.shape[-1] - 1
    _require(count >= 1, "a region of two values or more", values)
    level = _of_squares(float(np.square(each - each.mean(-1, keepdims=True)).sum()), count * len(each))
    return _shown(level, values, gaps)


def of_frames(frames: ArrayLike | Tensor) -> NoiseLevel:
    """From frames of the same scene, (frames, ...), that differ by noise alone: deviations from their mean."""
    frames = _array(frames)
    _require(frames.ndim >= 2 and len(frames) >= 2, "two frames or more along the first axis", frames)
    gaps = _gaps(frames)
    rows = frames.reshape(len(frames), -1)[:, ~gaps.any(0).ravel()]
    if not rows.size:
        raise _scattered(gaps)
    return _shown(_between(rows), frames, gaps)


def _between(frames: np.ndarray) -> NoiseLevel:
    _require(frames.ndim >= 2 and len(frames) >= 2, "two frames or more along the first axis", frames)
    each = _real(frames.reshape(len(frames), -1).T)
    return _of_squares(float(np.square(each - each.mean(-1, keepdims=True)).sum()), (len(frames) - 1) * len(each))


def of_wavelets(values: ArrayLike | Tensor) -> NoiseLevel:
    """From one picture or signal: the median of the finest diagonal details, which structure hardly reaches.

    The details of orthonormal wavelets (db2) along the last two axes, or the only one, are as noisy as the data are,
    where their noise is white; sigma = median |d| / 0.6745 (Donoho & Johnstone 1994, doi 10.1093/biomet/81.3.425).
    Details that reach into what was not measured do not count; Refusal where nearly all do. Complex data, k-space above
    all, are rough where they have structure: of them it is the energy of local Fourier coefficients where there is
    least (`calibration.quiet`), the root of the mean square of all pictures along those axes. Texture that is as even
    in k-space as noise counts as noise: of a brick wall of 64 px 0.03 is read where sigma is 0.01.
    """
    values = _array(values)
    axes = tuple(range(-min(2, values.ndim), 0))
    short = not values.ndim or min(values.shape[axis] for axis in axes) < _SHORT
    _require(not short, f"a picture or a signal of {_SHORT} values or more a side", values)
    all_gaps = _gaps(values, axes)
    near, gaps = without_lines(np.where(all_gaps, values.dtype.type(0), values), all_gaps, axes)
    if min(near.shape[axis] for axis in axes) < _SHORT:
        raise _scattered(all_gaps)
    found = _quietest(near, gaps, axes) if np.iscomplexobj(near) else _finest(near, gaps, axes)
    if found is None:
        raise _scattered(all_gaps)
    return _shown(found, values, all_gaps)


def _finest(values: np.ndarray, gaps: np.ndarray, axes: tuple[int, ...]) -> NoiseLevel | None:
    # Odd sides would be padded, which repeats values: the last one is left out.
    even = tuple(slice(n - n % 2) if k - values.ndim in axes else slice(None) for k, n in enumerate(values.shape))
    values, gaps = values[even], gaps[even]
    clean = ~_reached(gaps, axes)
    if clean.sum() < min(_FEWEST, clean.size):
        return None
    details = np.abs(_details(values.astype(float), "db2", axes)[clean])
    return _of_median(float(np.median(details)) / MAD, details.size)


def _quietest(values: np.ndarray, gaps: np.ndarray, axes: tuple[int, ...]) -> NoiseLevel | None:
    pictures = (-1, *values.shape[axes[0] :])
    each = [quiet(*pair) for pair in zip(values.reshape(pictures), gaps.reshape(pictures), strict=True)]
    found = [one for one in each if one is not None]
    if not found:
        return None
    share = min(one.share for one in found)
    if share < _QUIET:
        came = f"structure in {1 - share:.0%} of what was measured beside each other"
        remedy = "take frames, or a background such as the outermost frequencies, or give sigma by hand"
        raise Refusal("data that are noise at the finest scale, in parts at least", came, remedy)
    weights = np.array([one.many for one in found]) / sum(one.many for one in found)
    sigma = math.sqrt(sum(weights * np.square([one.sigma for one in found])))
    pull = weights * np.array([one.sigma * one.error for one in found]) / sigma
    return NoiseLevel(sigma, float(np.hypot.reduce(pull)), sum(one.many for one in found))


def _of_median(sigma: float, count: int) -> NoiseLevel:
    return NoiseLevel(sigma, SPREAD * sigma / math.sqrt(count), count)


def _array(values: ArrayLike | Tensor) -> np.ndarray:
    """The values as NumPy holds them, wherever a tensor of them is."""
    return plain(values).detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)


def _gaps(values: np.ndarray, axes: tuple[int, ...] = ()) -> np.ndarray:
    if np.isinf(values).any():
        raise Refusal("data that are finite, or NaN where missing", "infinite ones", "choose another array or slice")
    return absent(values, axes)


def _details(values: np.ndarray, wavelet: Any, axes: tuple[int, ...]) -> np.ndarray:
    import pywt

    return pywt.dwtn(values, wavelet, "periodization", axes)["d" * len(axes)]


def _reached(gaps: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Which of the details reach into a gap: the sums of gaps over where they look."""
    from pywt import Wavelet  # pyright: ignore[reportAttributeAccessIssue]

    ones = [1.0] * Wavelet("db2").dec_len
    return _details(gaps.astype(float), Wavelet("sums", filter_bank=[ones] * 4), axes) > 0


def photon_transfer(flats: ArrayLike | Tensor, darks: ArrayLike | Tensor) -> PhotonTransfer:
    """Gain and noise of a detector from flat and dark frames, (frames, ...): what light adds to variance over mean.

    Janesick 2007, doi 10.1117/3.725073.
    """
    flats, darks = _array(flats), _array(darks)
    _require(flats.shape[1:] == darks.shape[1:], f"darks of {shown(flats.shape[1:])} as the flats", darks)
    seen = ~(_gaps(flats) if flats.ndim else np.zeros(flats.shape, bool)).any(0) & ~np.isnan(darks).any(0)
    light, dark = of_frames(flats), _between(darks[:, seen])
    brighter = float(flats[:, seen].mean(dtype=float) - darks[:, seen].mean(dtype=float))
    if brighter <= 0:
        came = f"a mean of {flats[:, seen].mean():g}, in the dark {darks[:, seen].mean():g}"
        raise Refusal("flats that are brighter than darks", came, "check which frames are which")
    gain = (light.sigma**2 - dark.sigma**2) / brighter
    if gain <= 0:
        came = f"a standard deviation of {light.sigma:.4g}, in the dark {dark.sigma:.4g}"
        remedy = "take flats of more light below saturation, as the camera wrote them"
        raise Refusal("flats whose frames differ more than the darks do", came, remedy)
    error = math.hypot(*(2 * level.sigma * level.error for level in (light, dark))) / brighter
    return PhotonTransfer(gain, error, dark.sigma)


WAYS: dict[str, Callable[[ArrayLike | Tensor], NoiseLevel]] = {
    "wavelets": of_wavelets,
    "frames": of_frames,
    "background": of_background,
}


def _of_squares(squares: float, freedom: int) -> NoiseLevel:
    sigma = math.sqrt(squares / freedom)
    return NoiseLevel(sigma, sigma / math.sqrt(2 * freedom), freedom)


def _scattered(gaps: np.ndarray) -> Refusal:
    came = f"{gaps.mean():.0%} of gaps between them: NaN, or one number again and again"
    return Refusal("values that were measured, beside each other", came, "take a part without, or give sigma by hand")


def _shown(level: NoiseLevel, values: np.ndarray, gaps: np.ndarray) -> NoiseLevel:
    """Refuse a level of 0, to rounding: such data are computed, clipped or empty, and no likelihood has it."""
    if level.sigma <= _ROUNDING * float(np.abs(values[~gaps]).max(initial=0)):
        remedy = "take a part that light or sound reaches, or give the noise by hand"
        raise Refusal("data that show their noise", "values without any", remedy)
    return replace(level, left_out=int(np.count_nonzero(gaps)))


def _real(rows: np.ndarray) -> np.ndarray:
    """Rows of real numbers, those of complex ones in two."""
    return np.concatenate([np.real(rows), np.imag(rows)]) if np.iscomplexobj(rows) else rows.astype(float)


def _require(holds: bool, wanted: str, values: np.ndarray) -> None:
    if not holds:
        raise Refusal(wanted, f"data of {shown(values.shape) or 'one number'}", "choose another array or slice")
