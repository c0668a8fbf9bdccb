"""Linear interpolation between grids, axis by axis."""

import torch
from torch import Tensor

from workbench.tensors import Shape


def coarse(space: Shape, factor: float) -> Shape:
    """The sides of a grid that is coarser by a factor, at least 1 each."""
    return tuple(max(1, round(side / factor)) for side in space)


def interpolation(few: int, many: int) -> Tensor:
    """The matrix (many, few) from samples in the middle of few cells to those of many; constant beyond the last."""
    at = ((torch.arange(many, dtype=torch.float64) + 0.5) * few / many - 0.5).clamp(0, few - 1)
    near = (few - 1 - (at[:, None] - torch.arange(few, dtype=torch.float64)).abs()) - (few - 2)
    return near.clamp_min(0)
