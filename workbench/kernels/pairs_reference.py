"""All pairs of points in plain torch, in blocks of rows: any device, any precision, differentiable."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

BLOCK = 1 << 23  # distances held at once: 64 MB in double precision
WIDE = 24  # coordinates from which a matrix product is faster than differences, and exact enough


def log_similarity(x: Tensor) -> Tensor:
    x = x - x.mean(0)  # short vectors: products lose fewer digits
    sums = [(-_squares(rows, x)).exp().sum(1) for _, rows in _blocks(x)]
    return torch.cat(sums).log() - math.log(len(x))


def neighbours(x: Tensor, k: int) -> Tensor:
    found = []
    for start, rows in _blocks(x):
        apart = torch.cdist(rows, x, p=math.inf)
        apart[torch.arange(len(rows)), torch.arange(start, start + len(rows))] = math.inf
        found.append(apart.topk(k, largest=False).values)
    return torch.cat(found)


def within(x: Tensor, radii: Tensor) -> Tensor:
    counts = []
    for start, rows in _blocks(x):
        near = torch.cdist(rows, x, p=math.inf) < radii[start : start + len(rows), None]
        near[torch.arange(len(rows)), torch.arange(start, start + len(rows))] = False
        counts.append(near.sum(1))
    return torch.cat(counts)


def _blocks(x: Tensor) -> Iterator[tuple[int, Tensor]]:
    """The rows in blocks, each with the index of its first row."""
    size = max(1, BLOCK // len(x))
    starts = range(0, len(x), size)
    return zip(starts, x.split(size), strict=True)


def _squares(rows: Tensor, x: Tensor) -> Tensor:
    if x.shape[1] > WIDE:
        return (rows.square().sum(1)[:, None] + x.square().sum(1) - 2 * rows @ x.T).clamp_min(0)
    total = x.new_zeros(len(rows), len(x))
    for there, here in zip(x.T, rows.T, strict=True):
        total = total + (here[:, None] - there).square()
    return total
