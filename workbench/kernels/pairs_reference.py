"""All pairs of points in plain torch, in blocks of rows: any device, any precision, differentiable."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

BLOCK = 1 << 20  # distances held at once: 8 MB in double precision


def log_similarity(x: Tensor) -> Tensor:
    apart = (torch.cdist(rows, x, compute_mode="donot_use_mm_for_euclid_dist") for _, rows in _blocks(x))
    sums = [(-block.square()).exp().sum(1) for block in apart]
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
