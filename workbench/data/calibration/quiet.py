"""Which of the finest details of complex data are noise: structure of k-space is as rough as noise, but not as even."""

import numpy as np

MAD = 0.6744897501960817  # of a standard normal number
SPREAD = 1.1664  # standard error of sigma from n absolute deviations, times sqrt(n) / sigma
_SIDE = 8  # details a side over which energies are averaged
_ROUNDS = 30
_SETTLED = 1e-4


def quiet(details: np.ndarray, clean: np.ndarray, axes: tuple[int, ...], beyond: float) -> np.ndarray:
    """The clean ones around which there is no more energy than the median tells, by `beyond` standard errors.

    Details are complex, (..., *axes). Each picture along the axes is judged by its own median: coils differ in noise.
    """
    kept = clean.copy()
    numbers = 2 * _around(clean.astype(float), axes)
    energy = _around(np.square(np.abs(details)) * clean, axes) / np.maximum(numbers, 1)
    for picture in np.ndindex(details.shape[: details.ndim - len(axes)]):
        few = 2 / np.maximum(numbers[picture], 1) + (2 * SPREAD) ** 2 / max(2 * int(clean[picture].sum()), 1)
        kept[picture] = _settled(details[picture], clean[picture], energy[picture] / (1 + beyond * np.sqrt(few)))
    return kept


def level(details: np.ndarray) -> float:
    """Sigma of real and imaginary parts from their median."""
    return float(np.median(np.abs([np.real(details), np.imag(details)]))) / MAD


def _settled(details: np.ndarray, clean: np.ndarray, energy: np.ndarray) -> np.ndarray:
    kept, before = clean, np.inf
    for _ in range(_ROUNDS):
        if not kept.any():
            break
        sigma = level(details[kept])
        if abs(before - sigma) <= _SETTLED * sigma:
            break
        kept, before = clean & (energy <= sigma**2), sigma
    return kept


def _around(values: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """The sums over windows of `_SIDE` along each axis about each place, less what lies beyond the ends."""
    for axis in axes:
        size, half = values.shape[axis], _SIDE // 2
        sums = np.insert(np.cumsum(values, axis), 0, 0, axis)
        places = np.arange(size)
        high, low = np.minimum(places + half, size), np.maximum(places - half, 0)
        values = np.take(sums, high, axis) - np.take(sums, low, axis)
    return values
