"""Solids, as the share of each voxel that they fill."""

import torch
from torch import Tensor

from workbench.data.example_signals.made import Made

SOLID, PLANES = 24, 8  # voxels along a side; sections
COARSE = SOLID / 14  # voxels between the samples of a grid of 14 x 14 x 14
_EDGE = 0.5  # of a voxel: how soft the surface is


def solid() -> Made:
    """A ring, a rod through it and a ball at the end of the rod, 1 inside and 0 outside: (1, 1, 24, 24, 24)."""
    sides = 2 * (torch.arange(SOLID, dtype=torch.float64) + 0.5) / SOLID - 1
    up, back, across = torch.meshgrid(sides, sides, sides, indexing="ij")
    ring = _length(_length(across - 0.05, back) - 0.5, up + 0.15) - 0.24
    rod = torch.maximum(_length(across - 0.3, back + 0.35) - 0.2, (up - 0.2).abs() - 0.6)
    ball = _length(across + 0.35, back - 0.25, up - 0.3) - 0.35
    distance = torch.minimum(torch.minimum(ring, rod), ball)
    return Made(torch.sigmoid(-distance * SOLID / 2 / _EDGE)[None, None])


def _length(*parts: Tensor) -> Tensor:
    return torch.linalg.vector_norm(torch.stack(parts), dim=0)
