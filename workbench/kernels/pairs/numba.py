"""Pairs of points on the CPU: sorted along the widest coordinate, so that most pairs need no look.

Where many are left, a row of distances at a time, coordinate by coordinate, so that it vectorises.
"""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers
from workbench.kernels.pairs.reference import WIDE, by_products

FEW = 3  # coordinates: with more, many points are near in the first one, and rows of them vectorise
ROW = 256
FAR = 60.0  # exp(-FAR) is lost beside the point's own 1, however many such points there are


def log_similarity(x: Tensor) -> Tensor:
    if x.shape[1] > WIDE:
        return by_products(x.detach())
    columns, out = _columns(x), np.empty(len(x))
    share(_log_similarity, len(x), workers(len(x) * x.numel()), columns, out)
    return torch.from_numpy(out).to(x.dtype)


def neighbours(x: Tensor, k: int) -> Tensor:
    order, points = _sorted(_columns(x))
    found = np.empty((len(x), k), points.dtype)
    few = len(points) <= FEW
    kernel, looked = (_nearest_one, np.ascontiguousarray(points.T)) if few else (_nearest_rows, points)
    share(kernel, len(x), workers(len(x) * x.numel()), looked, found)
    return torch.from_numpy(_back(found, order))


def within(x: Tensor, radii: Tensor) -> Tensor:
    order, points = _sorted(_columns(x))
    reach, found = radii.detach().numpy()[order], np.empty(len(x), np.int64)
    # A little more than the reach, since sums are rounded: the looks decide.
    more = reach + 4 * np.finfo(points.dtype).eps * (np.abs(points[0]) + reach)
    first, beyond = np.searchsorted(points[0], points[0] - more), np.searchsorted(points[0], points[0] + more, "right")
    share(_within, len(x), workers(len(x) * x.numel()), points, reach, (first, beyond), found)
    return torch.from_numpy(_back(found, order))


def _sorted(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The order along the coordinate of the largest spread, and the points in it, that coordinate first."""
    widest = int(np.argmax(columns.std(1)))
    order = np.argsort(columns[widest], kind="stable")
    axes = [widest, *(c for c in range(len(columns)) if c != widest)]
    return order, np.ascontiguousarray(columns[axes][:, order])


def _back(found: np.ndarray, order: np.ndarray) -> np.ndarray:
    out = np.empty_like(found)
    out[order] = found
    return out


def _columns(x: Tensor) -> np.ndarray:
    """The points as (d, N): neighbours in memory are neighbours in the inner loop."""
    return x.detach().T.contiguous().numpy()


@compiled
def _log_similarity(first, last, columns, out):
    axes, n = columns.shape
    squares, totals = np.empty(ROW, columns.dtype), np.zeros(last - first)
    for begin in range(0, n, ROW):  # of so many points, every coordinate stays in the nearest cache
        count = min(ROW, n - begin)
        for i in range(first, last):
            squares[:count] = 0
            for c in range(axes):
                column, here = columns[c, begin : begin + count], columns[c, i]
                for j in range(count):
                    squares[j] += (column[j] - here) * (column[j] - here)
            for j in range(count):
                if squares[j] < FAR:
                    totals[i - first] += np.exp(-squares[j])
    for i in range(first, last):
        out[i] = np.log(totals[i - first] / n)


@compiled
def _insert(nearest, apart):
    """A distance into ascending ones that it is below the last of, which falls out."""
    place = len(nearest) - 1
    while place > 0 and nearest[place - 1] > apart:
        nearest[place] = nearest[place - 1]
        place -= 1
    nearest[place] = apart


@compiled
def _nearest_one(first, last, points, out):
    """For sorted points (N, d): looks go outwards one by one until the first coordinate alone is too far."""
    n, axes = points.shape
    for i in range(first, last):
        nearest = out[i]
        nearest[:] = np.inf
        left, right = i - 1, i + 1
        while left >= 0 or right < n:
            below = points[i, 0] - points[left, 0] if left >= 0 else np.inf
            above = points[right, 0] - points[i, 0] if right < n else np.inf
            apart = min(below, above)
            if not apart < nearest[-1]:
                break
            j = left if below <= above else right
            if below <= above:
                left -= 1
            else:
                right += 1
            for c in range(1, axes):
                apart = max(apart, abs(points[j, c] - points[i, c]))
            if apart < nearest[-1]:
                _insert(nearest, apart)


@compiled
def _look(columns, i, low, high, apart, nearest):
    """Put the points of a range, i not among them, where they belong among the nearest."""
    apart[: high - low] = 0
    for c in range(len(columns)):
        column, here = columns[c], columns[c, i]
        for j in range(low, high):
            apart[j - low] = max(apart[j - low], abs(column[j] - here))
    for j in range(high - low):
        if apart[j] < nearest[-1]:
            _insert(nearest, apart[j])


@compiled
def _nearest_rows(first, last, columns, out):
    """For sorted points (d, N): looks go outwards row by row until the first coordinate alone is too far."""
    n = columns.shape[1]
    apart = np.empty(ROW, columns.dtype)
    for i in range(first, last):
        nearest, here = out[i], columns[0, i]
        nearest[:] = np.inf
        left, right = i, i + 1  # all from left to right but for i itself has been looked at
        while left > 0 and (here - columns[0, left - 1] < nearest[-1] or left == i):
            _look(columns, i, max(0, left - ROW), left, apart, nearest)
            left = max(0, left - ROW)
            if right < n and columns[0, right] - here < nearest[-1]:
                _look(columns, i, right, min(n, right + ROW), apart, nearest)
                right = min(n, right + ROW)
        while right < n and columns[0, right] - here < nearest[-1]:
            _look(columns, i, right, min(n, right + ROW), apart, nearest)
            right = min(n, right + ROW)


@compiled
def _within(first, last, columns, radii, bounds, out):
    apart = np.empty(columns.shape[1], columns.dtype)
    for i in range(first, last):
        low, high = bounds[0][i], bounds[1][i]
        apart[low:high] = 0
        for c in range(len(columns)):
            column, here = columns[c], columns[c, i]
            for j in range(low, high):
                apart[j] = max(apart[j], abs(column[j] - here))
        count = 0
        for j in range(low, high):
            count += apart[j] < radii[i]
        out[i] = count - (radii[i] > 0)  # the point itself
