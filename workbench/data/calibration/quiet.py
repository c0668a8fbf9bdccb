"""The noise of k-space and other complex data: the energy of where there is least of it, nearly all of it noise."""

import math
from typing import NamedTuple

import numpy as np
import torch

MAD = 0.6744897501960817  # of a standard normal number
SPREAD = 1.1664  # standard error of sigma from n absolute deviations, times sqrt(n) / sigma
_SIDES = {1: (32, 8, 4), 2: (8, 4)}  # values a side of the blocks that are transformed: the first of which enough are
_ENOUGH, _MANY = 0.02, 12  # of the blocks without a gap; blocks along an axis, without which none gets a window
_REGIONS, _SMALL = 16, 9  # regions in which blocks are averaged, at most, and the fewest blocks in one
_WINDOWED, _PLAIN = 0.93, 0.75  # of averaged blocks that overlap by half, an axis: so much of their freedom is left
_COST = 1.35  # standard error of sigma, in those of as many numbers that are all noise
_DOUBT = 0.75  # of what weak structure is taken to have added: as found with pictures of many kinds and sizes
_PART = 0.75  # of the energies of noise that are looked at, the lower ones, to which structure adds least
_LOWEST = 0.02  # of all energies: where the search begins
_FEW = 200  # energies: of fewer it is the median, since their lowest tell nothing
_ROUNDS, _SETTLED, _HALVINGS = 300, 1e-6, 60


class QuietNoise(NamedTuple):
    """sigma of real and imaginary parts, its standard error, the numbers it rests on, the share that is noise."""

    sigma: float
    error: float
    many: int
    share: float


def quiet(picture: np.ndarray, gaps: np.ndarray) -> QuietNoise | None:
    """The noise of a complex picture or signal, white and the same everywhere; None where gaps leave no block whole.

    A Fourier transform of windowed blocks spreads white noise evenly over all places in the data and all frequencies
    of a block, and structure not: k-space has it at low frequencies, and where the object is. Of mean energies e over
    regions of blocks, sigma^2 solves mean(e | e <= t sigma^2) = sigma^2 E(g | g <= t), g a mean of as many exponential
    numbers, whatever share of e is noise. What structure too weak to be told has added, at most the spread of e where
    none is noise, is taken off by half that spread, and most of it is in the error.
    """
    energy, many, own = _energies(picture, gaps)
    if not len(energy):
        return None
    sizes, which = np.unique(many, return_inverse=True)
    freedom = own * sizes
    variance = float(np.median(energy / _quantile(freedom, 0.5)[which]))
    top = _quantile(freedom, _PART)
    mean = _below(freedom, top) / _PART
    top, mean = top[which], mean[which]
    if len(energy) >= _FEW and np.median(many) >= _SMALL:
        variance = _settled(energy, many, top, mean)
    kept = energy <= variance * top
    share = min(1.0, float(many[kept].sum() / many.sum()) / _PART)
    count = max(2, round(2 * share * int((~gaps).sum())))
    added = (1 - share) / (2 * math.sqrt(float(np.median(freedom[which]))))
    sigma = math.sqrt(variance) * (1 - added)
    return QuietNoise(sigma, sigma * math.hypot(_COST / math.sqrt(2 * count), _DOUBT * added), count, share)


def _settled(energy: np.ndarray, many: np.ndarray, top: np.ndarray, mean: np.ndarray) -> float:
    order = np.sort(energy / top)
    variance = float(order[int(_LOWEST * len(order))])
    for _ in range(_ROUNDS):
        before, kept = variance, energy <= variance * top
        variance = float((energy * many)[kept].sum() / (mean * many)[kept].sum())
        if abs(variance - before) <= _SETTLED * before:
            break
    return variance


def _energies(picture: np.ndarray, gaps: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """The mean energy of a number in each region and frequency of a block, the blocks in it, and their freedom each."""
    sides, whole = _whole(gaps)
    blocks, own = _blocks(picture, sides), 1.0
    for axis, side in zip(_last(picture.ndim), sides, strict=True):
        if whole.shape[axis] < _MANY:
            own *= _PLAIN if whole.shape[axis] > 1 else 1
            continue  # too few to be told apart: what a window spreads would reach half of them
        own *= _WINDOWED
        window = np.sin(np.pi * (np.arange(side) + 0.5) / side) ** 2
        blocks = blocks * (window * math.sqrt(side / np.square(window).sum())).reshape(-1, *[1] * (-1 - axis))
    energy = np.square(np.abs(np.fft.fftn(blocks, axes=_last(picture.ndim), norm="ortho"))) / 2
    sums = _summed(energy * whole.reshape(whole.shape + (1,) * picture.ndim), picture.ndim)
    many = _summed(np.broadcast_to(whole.reshape(whole.shape + (1,) * picture.ndim), energy.shape), picture.ndim)
    some = many > 0
    return sums[some] / many[some], many[some], own


def _whole(gaps: np.ndarray) -> tuple[tuple[int, ...], np.ndarray]:
    """The sides of the blocks, and which of them are without a gap."""
    *longer, shortest = _SIDES[gaps.ndim]
    for longest in longer:
        sides = tuple(min(longest, size) for size in gaps.shape)
        whole = _without(gaps, sides)
        if whole.sum() >= _ENOUGH * whole.size and (gaps.ndim > 1 or whole.sum() >= _SMALL):
            return sides, whole
    sides = tuple(min(shortest, size) for size in gaps.shape)
    return sides, _without(gaps, sides)


def _without(gaps: np.ndarray, sides: tuple[int, ...]) -> np.ndarray:
    return np.logical_not(_blocks(gaps, sides).any(_last(gaps.ndim)))


def _blocks(values: np.ndarray, sides: tuple[int, ...]) -> np.ndarray:
    """Every second of the blocks that overlap by half, (blocks, ..., side, ...)."""
    steps = tuple(slice(None, None, max(1, side // 2)) for side in sides)
    return np.lib.stride_tricks.sliding_window_view(values, sides)[steps]


def _summed(values: np.ndarray, axes: int) -> np.ndarray:
    """Sums over regions of the first axes."""
    for axis in range(axes):
        regions = min(round(_REGIONS ** (1 / axes)), max(1, int(values.shape[axis] / _SMALL ** (1 / axes))))
        starts = np.arange(regions) * values.shape[axis] // regions
        values = np.add.reduceat(values, starts, axis, dtype=float)
    return values


def _last(axes: int) -> tuple[int, ...]:
    return tuple(range(-axes, 0))


def _quantile(freedom: np.ndarray, part: float) -> np.ndarray:
    """Below which a part of the means of so many exponential numbers of mean 1 lies."""
    low, high = np.zeros_like(freedom), 50 * np.maximum(freedom, 1) / freedom
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = _gamma(freedom, freedom * middle) < part
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return low


def _below(freedom: np.ndarray, top: np.ndarray) -> np.ndarray:
    """The expected value of such a mean where it is below the top, 0 elsewhere."""
    return _gamma(freedom + 1, freedom * top)


def _gamma(shape: np.ndarray, values: np.ndarray) -> np.ndarray:
    return torch.special.gammainc(torch.from_numpy(shape), torch.from_numpy(values)).numpy()
