"""Noise of Student's law, with outliers."""

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.noise.base import Noise
from workbench.noise.likelihood import Likelihood
from workbench.parameters import Range


@dataclass(frozen=True)
class StudentT(Noise):
    """y = clean + sigma t, t of Student's law: nll = (dof + 1) / 2 sum log(1 + (clean - y)^2 / (dof sigma^2)).

    Not convex: an outlier pulls the less the farther it lies. Fisher information (dof + 1) / ((dof + 3) sigma^2).
    """

    formula = (
        r"-\log p(y \mid \bar y) = \frac{\nu + 1}{2} \sum_i \log\left(1 + \frac{(\bar y_i - y_i)^2}{\nu "
        r"\sigma^2}\right)"
    )

    sigma: Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "scale of the noise"] = 0.05
    dof: Annotated[float, Range(1, 30, log=True, limits=(1, 1e4)), "degrees of freedom: 1 is Cauchy's law"] = 3.0

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        radius, angle = (
            torch.rand(clean.shape, generator=rng, dtype=torch.float64, device=clean.device) for _ in range(2)
        )
        # Bailey 1994, 10.1090/S0025-5718-1994-1196614-0: the polar method for any number of degrees of freedom.
        length = (self.dof * torch.expm1(-2 / self.dof * torch.log1p(-radius))).sqrt()
        return clean + self.sigma * (length * (2 * math.pi * angle).cos()).to(clean.dtype)

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        value = ((clean - y).square() / (self.dof * self.sigma**2)).log1p()
        return (self.dof + 1) / 2 * value.flatten(1).sum(1)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        r = clean - y
        return (self.dof + 1) * r / (self.dof * self.sigma**2 + r.square())

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        square, core = (clean - y).square(), self.dof * self.sigma**2
        return (self.dof + 1) * (core - square) / (core + square).square()

    def precision(self, clean: Tensor) -> Tensor:
        return torch.full_like(clean, (self.dof + 1) / ((self.dof + 3) * self.sigma**2))

    def lipschitz(self, y: Tensor) -> float:
        return (self.dof + 1) / (self.dof * self.sigma**2)

    def expected(self, y: Tensor) -> float:
        half = torch.tensor([self.dof + 1, self.dof], dtype=torch.float64) / 2
        return y[0].numel() * float(half[0] * (torch.digamma(half[0]) - torch.digamma(half[1])))
