"""What convex sets share, in units that do not change with the number of pixels."""

import math
from abc import abstractmethod

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.sets.indicator import indicator

Radius = Range(0.01, 2, limits=(0, 1e12))


class ConvexSet(Prior):
    """A set whose multiples can be projected onto: conjugate_prox(z, step) leaves out the projection onto step C."""

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE | Can.PROJECTION
    keeps_sign = True

    @abstractmethod
    def project(self, x: Tensor, scale: float) -> Tensor:
        """The point of scale C nearest to each item."""

    def forward(self, x: Tensor) -> Tensor:
        return indicator(x, self.project(x, 1.0))

    def prox(self, x: Tensor, step: float) -> Tensor:
        return self.project(x, 1.0)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return z - self.project(z, step)


def count(x: Tensor) -> int:
    """The entries of an item."""
    return math.prod(x.shape[1:])


def level(x: Tensor, mean: float) -> Tensor:
    """The number to take away from real entries so that what stays above 0 has this mean: (B,)."""
    ordered = x.flatten(1).double().sort(descending=True).values
    kept = torch.arange(1, ordered.shape[1] + 1, dtype=ordered.dtype, device=x.device)
    return ((ordered.cumsum(1) - mean * ordered.shape[1]) / kept).amax(1).to(x.dtype)
