"""All pairs of points on a GPU: a program holds some rows and walks over all columns, a tile of distances at a time."""

import torch
from torch import Tensor

from workbench.kernels.base_triton import blocks, constexpr, jit, launch, tl, triton
from workbench.kernels.pairs.reference import WIDE, by_products

ROWS, COLUMNS = 32, 64


def log_similarity(x: Tensor) -> Tensor:
    if x.shape[1] > WIDE:
        return by_products(x.detach())
    points, out = x.detach().contiguous(), x.new_empty(len(x))
    launch(_similarity, blocks(len(x), ROWS), x, points, out, *x.shape, ROWS, COLUMNS)
    return (out / len(x)).log()


def neighbours(x: Tensor, k: int) -> Tensor:
    points, out = x.detach().contiguous(), x.new_empty(len(x), k)
    room = triton.next_power_of_2(k)
    launch(_neighbours, blocks(len(x), ROWS), x, points, out, *x.shape, k, room, ROWS, COLUMNS)
    return out.sort(1).values


def within(x: Tensor, radii: Tensor) -> Tensor:
    points, out = x.detach().contiguous(), torch.empty(len(x), dtype=torch.int64, device=x.device)
    launch(_within, blocks(len(x), ROWS), x, points, radii.detach().contiguous(), out, *x.shape, ROWS, COLUMNS)
    return out


@jit
def _distances(x, i, j, count, axes, ROWS: constexpr, COLUMNS: constexpr):
    """Max-norm distances of the points i and j, infinite to a point itself and to points that are not there."""
    apart = tl.zeros((ROWS, COLUMNS), x.dtype.element_ty)
    for c in range(axes):
        here = tl.load(x + i * axes + c, mask=i < count, other=0.0)[:, None]
        apart = tl.maximum(apart, tl.abs(tl.load(x + j * axes + c, mask=j < count, other=0.0)[None, :] - here))
    return tl.where((i[:, None] == j[None, :]) | (j >= count)[None, :], float("inf"), apart)


@jit
def _similarity(x, out, count, axes, ROWS: constexpr, COLUMNS: constexpr):
    i = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    total = tl.zeros((ROWS, COLUMNS), x.dtype.element_ty)
    for first in range(0, count, COLUMNS):
        j = first + tl.arange(0, COLUMNS)
        squares = tl.zeros((ROWS, COLUMNS), x.dtype.element_ty)
        for c in range(axes):
            here = tl.load(x + i * axes + c, mask=i < count, other=0.0)[:, None]
            apart = tl.load(x + j * axes + c, mask=j < count, other=0.0)[None, :] - here
            squares += apart * apart
        total += tl.where((j < count)[None, :], tl.exp(-squares), 0.0)
    tl.store(out + i, tl.sum(total, 1), mask=i < count)


@jit
def _neighbours(x, out, count, axes, k, ROOM: constexpr, ROWS: constexpr, COLUMNS: constexpr):
    """The k least distances of each row in any order: a least one of the tile takes the place of the largest kept."""
    i = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    place = tl.arange(0, ROOM)[None, :]
    kept = tl.where((place < k) & (i >= 0)[:, None], float("inf"), -float("inf")).to(x.dtype.element_ty)
    for first in range(0, count, COLUMNS):
        j = first + tl.arange(0, COLUMNS)
        apart = _distances(x, i, j, count, axes, ROWS, COLUMNS)
        apart = tl.where((i < count)[:, None], apart, float("inf"))
        more = tl.sum((tl.min(apart, 1) < tl.max(kept, 1)).to(tl.int32))
        while more > 0:
            least, largest = tl.min(apart, 1), tl.max(kept, 1)
            nearer = (least < largest)[:, None]
            came, left = tl.argmin(apart, 1)[:, None], tl.argmax(kept, 1)[:, None]
            kept = tl.where(nearer & (place == left), least[:, None], kept)
            apart = tl.where(nearer & (tl.arange(0, COLUMNS)[None, :] == came), float("inf"), apart)
            more = tl.sum((tl.min(apart, 1) < tl.max(kept, 1)).to(tl.int32))
    tl.store(out + i[:, None] * k + place, kept, mask=(i < count)[:, None] & (place < k))


@jit
def _within(x, radii, out, count, axes, ROWS: constexpr, COLUMNS: constexpr):
    i = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    radius = tl.load(radii + i, mask=i < count, other=0.0)
    total = tl.zeros((ROWS,), tl.int64)
    for first in range(0, count, COLUMNS):
        j = first + tl.arange(0, COLUMNS)
        near = _distances(x, i, j, count, axes, ROWS, COLUMNS) < radius[:, None]
        total += tl.sum(near.to(tl.int64), 1)
    tl.store(out + i, total, mask=i < count)
