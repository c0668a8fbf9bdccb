"""Interpolation and spreading in plain torch: one neighbour of all points at a time, on any device."""

import itertools
import math
from collections.abc import Iterator

import torch
from torch import Tensor

from workbench.kernels.scattered import Neighbours


def interpolate(grid: Tensor, near: Neighbours) -> Tensor:
    flat = grid.flatten(1)
    found = flat.new_zeros((len(grid), len(near)))
    for place, weight in _one_by_one(near, grid):
        found = found + flat[:, place] * weight
    return found


def spread(values: Tensor, near: Neighbours) -> Tensor:
    flat = values.new_zeros((len(values), math.prod(near.shape)))
    for place, weight in _one_by_one(near, values):
        flat = flat.index_add(1, place, values * weight)
    return flat.unflatten(1, near.shape)


def _one_by_one(near: Neighbours, like: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """For each neighbour of a point its place on the flat grid and its weight: (S,) both."""
    axes = [
        ((first.value.to(like.device)[:, None] + torch.arange(weights.value.shape[1], device=like.device)) % side,
         weights.like(like.real))
        for side, first, weights in zip(near.shape, near.first, near.weights, strict=True)
    ]  # fmt: skip
    for offsets in itertools.product(*(range(weights.shape[1]) for _, weights in axes)):
        place, weight = torch.zeros_like(axes[0][0][:, 0]), torch.ones_like(axes[0][1][:, 0])
        for side, (places, weights), offset in zip(near.shape, axes, offsets, strict=True):
            place, weight = place * side + places[:, offset], weight * weights[:, offset]
        yield place, weight
