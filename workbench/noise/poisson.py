"""Counting noise."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.noise.base import Likelihood, Noise
from workbench.noise.counts import expected_deviance
from workbench.parameters import Range
from workbench.refusal import Refusal


@dataclass(frozen=True)
class Poisson(Noise):
    """y ~ Poisson(peak u) / peak, u = clean + background: nll = peak sum u - y - y log(u / y), half the deviance.

    Exact on clean >= 0. Below, where no intensity is, it goes on with its slope at 0 and a curvature of
    max(y, b) / b^2: convex, with a Lipschitz gradient and, for y < b, least at clean = y - b, so that it has a minimum
    even where no count fell. y is in the units of clean, y = counts / peak.
    """

    peak: Annotated[float, Range(1, 1e4, log=True, unit="counts", limits=(1e-3, 1e9)), "counts at clean = 1"] = 100.0
    background: Annotated[float, Range(1e-3, 1, log=True, limits=(1e-6, 1e6)), "known background"] = 0.05

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ | Likelihood.PROX | Likelihood.CONVEX | Likelihood.CONJUGATE

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        if bool((clean < -1e-6 * clean.abs().max()).any()):
            came = f"values down to {float(clean.min()):.3g}"
            raise Refusal("clean data >= 0 for Poisson noise", came, "take an operator that keeps signals positive")
        return torch.poisson(self.peak * (clean.clamp_min(0) + self.background), generator=rng) / self.peak

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        u = clean.clamp_min(0) + self.background
        below = clean.clamp_max(0)
        value = u - y - torch.xlogy(y, u) + torch.xlogy(y, y)
        beyond = (1 - y / self.background) * below + self._bend(y) * below.square() / 2
        return self.peak * (value + beyond).flatten(1).sum(1)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        u = clean.clamp_min(0) + self.background
        return self.peak * (1 - y / u + self._bend(y) * clean.clamp_max(0))

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        exact = y / (clean.clamp_min(0) + self.background).square()
        return self.peak * torch.where(clean < 0, self._bend(y), exact)

    def precision(self, clean: Tensor) -> Tensor:
        return self.peak / (clean.clamp_min(0) + self.background)

    def lipschitz(self, y: Tensor) -> float:
        return self.peak * float(self._bend(y).max())

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        t, b = step * self.peak, self.background
        shifted = v + b - t
        root = (shifted.square() + 4 * t * y).sqrt()
        # The stable form of the positive root of u^2 - shifted u - t y = 0.
        above = torch.where(shifted > 0, (shifted + root) / 2, 2 * t * y / (root - shifted).clamp_min(1e-30)) - b
        below = (v - t * (1 - y / b)) / (1 + t * self._bend(y))
        return torch.where(above >= 0, above, below)

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        slope, b = p / self.peak, self.background
        # nll / peak has the slope `knee` at clean = 0, where its quadratic part ends, and 1 at infinity.
        knee, rest = 1 - y / b, 1 - slope
        above = -b * slope - torch.xlogy(y, rest.clamp_min(0))
        below = (slope - knee).square() / (2 * self._bend(y)) - (b - y - torch.xlogy(y, b) + torch.xlogy(y, y))
        value = torch.where(slope < knee, below, torch.where(rest >= 0, above, torch.inf))
        return self.peak * value.flatten(1).sum(1)

    def expected(self, y: Tensor) -> float:
        return expected_deviance(self.peak * y, self.peak * self.background) / len(y)

    def unfit(self, y: Tensor) -> str:
        if bool((y < 0).any()):
            return f"Poisson noise explains counts >= 0, and these data go down to {float(y.min()):.3g}: take Gaussian"
        return ""

    def _bend(self, y: Tensor) -> Tensor:
        """The second derivative of nll / peak below clean = 0."""
        return y.clamp_min(self.background) / self.background**2
