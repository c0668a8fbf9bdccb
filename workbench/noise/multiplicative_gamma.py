"""Speckle: the noise of intensities."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.divergence import divergence
from workbench.noise.base import Noise
from workbench.noise.draws import exponential_like
from workbench.noise.likelihood import Likelihood
from workbench.noise.negative import unfit_negative
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import total


@dataclass(frozen=True)
class MultiplicativeGamma(Noise):
    """Speckle: y = (clean + floor) g, g of the gamma law of mean 1 and variance 1 / looks, as radar intensities are.

    With u = clean + floor, nll = looks sum y / u - 1 - log(y / u): half the deviance, not convex. Below clean = 0 it
    goes on as a parabola of the largest curvature. Fisher information looks / u^2.
    """

    formula = (
        r"y = u g, \quad g \sim \Gamma(L, 1/L), \quad -\log p(y \mid \bar y) = L \sum_i (y_i / u_i + \log u_i), "
        r"\quad u = \bar y + \text{floor}, \quad L = \text{looks}"
    )

    looks: Annotated[int, Range(1, 30, log=True, limits=(1, 1000)), "how many images were averaged"] = 4
    floor: Annotated[float, Range(1e-2, 1, log=True, limits=(1e-6, 1e6)), "known intensity of black"] = 0.1

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        if bool((clean < -1e-6 * clean.abs().max()).any()):
            came, remedy = f"values down to {float(clean.min()):.3g}", "take an operator that keeps signals positive"
            raise Refusal("clean data >= 0 for multiplicative noise", came, remedy)
        speckle = torch.zeros_like(clean)
        for _ in range(self.looks):
            speckle = speckle + exponential_like(clean, rng)
        return (clean.clamp_min(0) + self.floor) * speckle / self.looks

    def noiseless(self, clean: Tensor) -> Tensor:
        return clean.clamp_min(0) + self.floor

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        u, excess = self._intensity(clean, y)
        below = clean.clamp_max(0)
        value = divergence(y.clamp_min(torch.finfo(y.dtype).tiny), u, -excess) / u
        slope = (self.floor - y) / self.floor**2
        return self.looks * total(value + slope * below + self._bend(y) * below.square() / 2)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        u, excess = self._intensity(clean, y)
        return self.looks * (excess / u.square() + self._bend(y) * clean.clamp_max(0))

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        u = clean.clamp_min(0) + self.floor
        return self.looks * torch.where(clean >= 0, (2 * y / u - 1) / u.square(), self._bend(y))

    def precision(self, clean: Tensor) -> Tensor:
        return self.looks / (clean.clamp_min(0) + self.floor).square()

    def lipschitz(self, y: Tensor) -> float:
        return self.looks * float(self._bend(y).max())

    def expected(self, y: Tensor) -> float:
        looks = torch.tensor(float(self.looks), dtype=torch.float64)
        return y[0].numel() * float(looks * (looks.log() - torch.digamma(looks)))

    def unfit(self, y: Tensor) -> str:
        return unfit_negative(y, "Multiplicative noise explains intensities")

    def _intensity(self, clean: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """u at clean >= 0 and u - y, which is made of clean - y: near the data that difference is exact."""
        positive = clean.clamp_min(0)
        return positive + self.floor, (positive - y) + self.floor

    def _bend(self, y: Tensor) -> Tensor:
        """At least the modulus of the curvature at any clean >= 0, over the looks."""
        return (1 + 2 * y / self.floor) / self.floor**2
