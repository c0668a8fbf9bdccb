"""Pairs of points on the CPU: all for a similarity, and as few as can be for what is near."""

from types import ModuleType

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers
from workbench.kernels.pairs import line, tree
from workbench.kernels.pairs.reference import WIDE, by_products

ROW = 256
FAR = 60.0  # exp(-FAR) is lost beside the point's own 1, however many such points there are


def log_similarity(x: Tensor) -> Tensor:
    if x.shape[1] > WIDE:
        return by_products(x.detach())
    columns, out = _columns(x), np.empty(len(x))
    share(_log_similarity, len(x), workers(len(x) * x.numel()), columns, out)
    return torch.from_numpy(out).to(x.dtype)


def neighbours(x: Tensor, k: int) -> Tensor:
    return _of_axes(x).neighbours(x.detach(), k)


def within(x: Tensor, radii: Tensor) -> Tensor:
    return _of_axes(x).within(x.detach(), radii.detach())


def _of_axes(x: Tensor) -> ModuleType:
    return line if x.shape[1] == 1 else tree


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
