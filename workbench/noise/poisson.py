"""Counting noise."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.divergence import divergence
from workbench.kernels import counts
from workbench.kernels.counts import CountStep
from workbench.noise.base import Noise
from workbench.noise.counts import expected_deviance
from workbench.noise.likelihood import Likelihood
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import total


@dataclass(frozen=True)
class Poisson(Noise):
    """y ~ Poisson(peak u) / peak, u = clean + background: nll = peak sum u - y - y log(u / y), half the deviance.

    Exact on clean >= 0. Below, where no intensity is, it goes on with its slope at 0 and a curvature of
    max(y, b) / b^2: convex, with a Lipschitz gradient and, for y < b, least at clean = y - b, so that it has a minimum
    even where no count fell. y is in the units of clean, y = counts / peak.
    """

    formula = (
        r"y \sim \frac{1}{\text{peak}} \operatorname{Poisson}(\text{peak}\, u), \quad "
        r"-\log p(y \mid \bar y) = \text{peak} \sum_i (u_i - y_i \log u_i), \quad u = \bar y + \text{background}"
    )

    peak: Annotated[float, Range(1, 1e4, log=True, unit="counts", limits=(1e-3, 1e9)), "counts at clean = 1"] = 100.0
    background: Annotated[float, Range(1e-3, 1, log=True, limits=(1e-6, 1e6)), "known background"] = 0.05

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ | Likelihood.PROX | Likelihood.CONVEX | Likelihood.CONJUGATE

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        if bool((clean < -1e-6 * clean.abs().max()).any()):
            came = f"values down to {float(clean.min()):.3g}"
            raise Refusal("clean data >= 0 for Poisson noise", came, "take an operator that keeps signals positive")
        return torch.poisson(self.peak * (clean.clamp_min(0) + self.background), generator=rng) / self.peak

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        u, excess = self._intensity(clean, y)
        below = clean.clamp_max(0)
        beyond = (self.background - y) / self.background * below + self._bend(y) * below.square() / 2
        return self.peak * total(divergence(u, y, excess) + beyond)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        u, excess = self._intensity(clean, y)
        return self.peak * (excess / u + self._bend(y) * clean.clamp_max(0))

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        exact = y / (clean.clamp_min(0) + self.background).square()
        return self.peak * torch.where(clean < 0, self._bend(y), exact)

    def precision(self, clean: Tensor) -> Tensor:
        return self.peak / (clean.clamp_min(0) + self.background)

    def lipschitz(self, y: Tensor) -> float:
        return self.peak * float(self._bend(y).max())

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        return counts.prox(v, y, CountStep(step * self.peak, self.background))

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        slope, b = p / self.peak, torch.full_like(y, self.background)
        # nll / peak has the slope `knee` at clean = 0, where its quadratic part ends, and 1 at infinity.
        knee = (b - y) / b
        above = -b * slope - torch.special.xlog1py(y, -slope.clamp_max(1))
        below = (slope - knee).square() / (2 * self._bend(y)) - divergence(b, y, b - y)
        value = torch.where(slope < knee, below, torch.where(slope <= 1, above, torch.inf))
        return self.peak * total(value)

    def variance(self, y: Tensor) -> Tensor:
        return y / self.peak

    def expected(self, y: Tensor) -> float:
        return expected_deviance(self.peak * y, self.peak * self.background) / len(y)

    def unfit(self, y: Tensor) -> str:
        if bool((y < 0).any()):
            return f"Poisson noise explains counts >= 0, and these data go down to {float(y.min()):.3g}: take Gaussian"
        return ""

    def _intensity(self, clean: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """u at clean >= 0 and u - y, which is made of clean - y: near the data that difference is exact."""
        positive = clean.clamp_min(0)
        return positive + self.background, (positive - y) + self.background

    def _bend(self, y: Tensor) -> Tensor:
        """The second derivative of nll / peak below clean = 0."""
        return y.clamp_min(self.background) / self.background**2
