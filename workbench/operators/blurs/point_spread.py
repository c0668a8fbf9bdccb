"""Images of a point, round about index 0."""

import torch
from torch import Tensor

from workbench.operators.shapes import space_of
from workbench.tensors import Shape


def distance(shape: Shape, owner: str) -> Tensor:
    """The periodic distance of each pixel from index 0."""
    square = torch.zeros((), dtype=torch.float64)
    for side in space_of(shape, owner):
        index = torch.arange(side, dtype=torch.float64)
        square = square[..., None] + torch.minimum(index, side - index).square()
    return square.sqrt()


def of_sum_one(kernel: Tensor) -> Tensor:
    """The kernel over its sum."""
    return kernel / kernel.sum()
