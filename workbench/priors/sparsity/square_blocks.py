"""Signals cut into square blocks of pixels."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.tensors import abs2

Side = Annotated[int, Range(1, 16, unit="px", limits=(1, 10_000)), "side of the blocks of pixels that stand together"]


def block_sizes(x: Tensor, side: int) -> Tensor:
    """The Euclidean norm of each block, all channels of side pixels along every axis: (B, *blocks).

    The last ones of an axis may be smaller.
    """
    squares = abs2(x).sum(1)
    for axis in range(1, squares.ndim):
        squares = torch.stack([part.sum(axis) for part in squares.split(side, axis)], axis)
    return squares.sqrt()


def block_means(x: Tensor, side: int) -> Tensor:
    """The mean of each block of a real signal, channel by channel, at all of its pixels: in the shape of x."""
    found = x
    for axis in range(2, x.ndim if side > 1 else 0):
        means = torch.stack([part.mean(axis) for part in found.split(side, axis)], axis)
        found = means.repeat_interleave(side, axis).narrow(axis, 0, x.shape[axis])
    return found


def scaled_blocks(x: Tensor, factors: Tensor, side: int) -> Tensor:
    """x with each block times its factor, (B, *blocks)."""
    for axis in range(1, factors.ndim):
        factors = factors.repeat_interleave(side, axis).narrow(axis, 0, x.shape[axis + 1])
    return x * factors[:, None]
