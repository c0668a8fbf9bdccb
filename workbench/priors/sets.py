"""Convex sets as priors: the simplex and balls, in units that do not change with the number of pixels."""

import math
from abc import abstractmethod
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Can, Prior
from workbench.priors.constraints import indicator, no_order
from workbench.tensors import Shape, norm, spread

_Radius = Range(0.01, 2, limits=(0, 1e12))


class _ConvexSet(Prior):
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


class Simplex(_ConvexSet):
    """g(x) = 0 where x >= 0 and mean x = mean, infinite elsewhere: a known total, as mean times the entries.

    The projection takes away the one number that leaves this total. Held, Wolfe, Crowder 1974, 10.1007/BF01580223.
    """

    def __init__(self, mean: Annotated[float, _Radius, "mean of all entries of an item"] = 0.5) -> None:
        super().__init__()
        self.mean = mean

    def project(self, x: Tensor, scale: float) -> Tensor:
        return (x - spread(_level(x, scale * self.mean), x)).clamp_min(0)

    def conjugate(self, z: Tensor) -> Tensor:
        return self.mean * _count(z) * z.flatten(1).amax(1)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_order(self, dtype)


class L1Ball(_ConvexSet):
    """g(x) = 0 where the mean of |x| is at most the radius, infinite elsewhere: the ball |x|_1 <= radius entries.

    The projection is a soft threshold. Duchi et al. 2008, 10.1145/1390156.1390191.
    """

    def __init__(self, radius: Annotated[float, _Radius, "largest mean modulus of an item"] = 0.5) -> None:
        super().__init__()
        self.radius = radius

    def project(self, x: Tensor, scale: float) -> Tensor:
        size = x.abs()
        kept = (size - spread(_level(size, scale * self.radius).clamp_min(0), x)).clamp_min(0)
        return x * (kept / size.clamp_min(torch.finfo(size.dtype).tiny))

    def conjugate(self, z: Tensor) -> Tensor:
        return self.radius * _count(z) * z.abs().flatten(1).amax(1)


class L2Ball(_ConvexSet):
    """g(x) = 0 where the root mean square of x is at most the radius: |x|_2 <= radius sqrt(entries)."""

    def __init__(self, radius: Annotated[float, _Radius, "largest root mean square of an item"] = 0.6) -> None:
        super().__init__()
        self.radius = radius

    def project(self, x: Tensor, scale: float) -> Tensor:
        most, size = scale * self.radius * math.sqrt(_count(x)), norm(x)
        return spread((most / size.clamp_min(torch.finfo(size.dtype).tiny)).clamp_max(1), x) * x

    def conjugate(self, z: Tensor) -> Tensor:
        return self.radius * math.sqrt(_count(z)) * norm(z)


class LInfBall(_ConvexSet):
    """g(x) = 0 where no |x| exceeds the radius, infinite elsewhere: the ball |x|_inf <= radius, moduli of complex x."""

    def __init__(self, radius: Annotated[float, _Radius, "largest modulus of an entry"] = 1.0) -> None:
        super().__init__()
        self.radius = radius
        self.separable = True

    def project(self, x: Tensor, scale: float) -> Tensor:
        most = scale * self.radius
        if not x.is_complex():
            return x.clamp(-most, most)
        return x * (most / x.abs().clamp_min(torch.finfo(x.dtype).tiny)).clamp_max(1)

    def conjugate(self, z: Tensor) -> Tensor:
        return self.radius * z.abs().flatten(1).sum(1)


def _count(x: Tensor) -> int:
    return math.prod(x.shape[1:])


def _level(x: Tensor, mean: float) -> Tensor:
    """The number to take away from real entries so that what stays above 0 has this mean: (B,)."""
    ordered = x.flatten(1).double().sort(descending=True).values
    kept = torch.arange(1, ordered.shape[1] + 1, dtype=ordered.dtype, device=x.device)
    return ((ordered.cumsum(1) - mean * ordered.shape[1]) / kept).amax(1).to(x.dtype)
