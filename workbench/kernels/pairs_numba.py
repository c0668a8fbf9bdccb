"""All pairs of points on the CPU: a row of distances at a time, coordinate by coordinate, so that it vectorises."""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers
from workbench.kernels.pairs_reference import WIDE, by_products

FAR = 60.0  # exp(-FAR) is lost beside the point's own 1, however many such points there are


def log_similarity(x: Tensor) -> Tensor:
    if x.shape[1] > WIDE:
        return by_products(x.detach())
    columns, out = _columns(x), np.empty(len(x))
    share(_log_similarity, len(x), workers(len(x) * x.numel()), columns, out)
    return torch.from_numpy(out).to(x.dtype)


def neighbours(x: Tensor, k: int) -> Tensor:
    columns = _columns(x)
    out = np.empty((len(x), k), columns.dtype)
    share(_neighbours, len(x), workers(len(x) * x.numel()), columns, out)
    return torch.from_numpy(out)


def within(x: Tensor, radii: Tensor) -> Tensor:
    columns, out = _columns(x), np.empty(len(x), np.int64)
    share(_within, len(x), workers(len(x) * x.numel()), columns, radii.detach().numpy(), out)
    return torch.from_numpy(out)


def _columns(x: Tensor) -> np.ndarray:
    """The points as (d, N): neighbours in memory are neighbours in the inner loop."""
    return x.detach().T.contiguous().numpy()


@compiled
def _log_similarity(first, last, columns, out):
    axes, n = columns.shape
    squares = np.empty(n, columns.dtype)
    for i in range(first, last):
        squares[:] = 0
        for c in range(axes):
            column, here = columns[c], columns[c, i]
            for j in range(n):
                squares[j] += (column[j] - here) * (column[j] - here)
        total = 0.0
        for j in range(n):
            if squares[j] < FAR:
                total += np.exp(-squares[j])
        out[i] = np.log(total / n)


@compiled
def _distances(columns, i, apart):
    """Max-norm distances of point i to all, and infinity to itself."""
    apart[:] = 0
    for c in range(len(columns)):
        column, here = columns[c], columns[c, i]
        for j in range(len(apart)):
            apart[j] = max(apart[j], abs(column[j] - here))
    apart[i] = np.inf


@compiled
def _neighbours(first, last, columns, out):
    n, k = columns.shape[1], out.shape[1]
    apart = np.empty(n, columns.dtype)
    for i in range(first, last):
        _distances(columns, i, apart)
        nearest = out[i]
        nearest[:] = np.inf
        for j in range(n):
            if apart[j] < nearest[k - 1]:
                place = k - 1
                while place > 0 and nearest[place - 1] > apart[j]:
                    nearest[place] = nearest[place - 1]
                    place -= 1
                nearest[place] = apart[j]


@compiled
def _within(first, last, columns, radii, out):
    apart = np.empty(columns.shape[1], columns.dtype)
    for i in range(first, last):
        _distances(columns, i, apart)
        count = 0
        for j in range(len(apart)):
            count += apart[j] < radii[i]
        out[i] = count
