"""All pairs of points in plain torch, in blocks of rows: any device, any precision, differentiable."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

BLOCK = 1 << 20  # distances held at once: 8 MB in double precision
WIDE = 24  # coordinates from which a matrix product is faster than differences, and exact enough

# Each result is allocated once, before the blocks: what is kept between two of them would leave holes of their size.


def log_similarity(x: Tensor) -> Tensor:
    sums = x.new_empty(len(x))
    for rows in _blocks(x):
        apart = torch.cdist(x[rows], x, compute_mode="donot_use_mm_for_euclid_dist")
        sums[rows] = (-apart.square()).exp().sum(1)
    return sums.log() - math.log(len(x))


def by_products(x: Tensor) -> Tensor:
    """`log_similarity` of wide points, by the library's matrix product."""
    x = x - x.mean(0)  # short vectors lose fewer digits
    squares, out = x.square().sum(1), x.new_empty(len(x))
    size = max(1, BLOCK // len(x))
    # One buffer for all blocks: fresh ones of this size leave holes that add up to N x N.
    work = x.new_empty(size, len(x))
    for rows, own, sums in zip(x.split(size), squares.split(size), out.split(size), strict=True):
        block = torch.mm(rows, x.T, out=work[: len(rows)])
        block.mul_(2).sub_(squares).sub_(own[:, None]).clamp_(max=0).exp_()
        torch.sum(block, 1, out=sums)
    return (out / len(x)).log()


def neighbours(x: Tensor, k: int) -> Tensor:
    nearest = x.new_empty(len(x), k)
    for rows in _blocks(x):
        apart = torch.cdist(x[rows], x, p=math.inf)
        own = torch.arange(rows.start, rows.stop, device=x.device)[:, None] == torch.arange(len(x), device=x.device)
        nearest[rows] = apart.masked_fill(own, math.inf).topk(k, largest=False).values
    return nearest


def within(x: Tensor, radii: Tensor) -> Tensor:
    counts = torch.empty(len(x), dtype=torch.int64, device=x.device)
    for rows in _blocks(x):
        near = torch.cdist(x[rows], x, p=math.inf) < radii[rows, None]
        near[:, rows].fill_diagonal_(False)
        counts[rows] = near.sum(1)
    return counts


def _blocks(x: Tensor) -> Iterator[slice]:
    """The rows in blocks."""
    size = max(1, BLOCK // len(x))
    return (slice(start, min(start + size, len(x))) for start in range(0, len(x), size))
