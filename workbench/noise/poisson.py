"""Counting noise."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.divergence import divergence
from workbench.kernels import counts
from workbench.kernels.counts import CountStep
from workbench.noise.counts import expected_deviance
from workbench.noise.entrywise import Entrywise
from workbench.noise.likelihood import Likelihood
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import total

_LIMITS = (1e-6, 1e6)  # of the background


@dataclass(frozen=True, eq=False)
class Poisson(Entrywise):
    """y ~ Poisson(peak u) / peak, u = clean + background: nll = peak sum u - y - y log(u / y), half the deviance.

    Exact on clean >= 0. Below, where no intensity is, it goes on with its slope at 0 and a curvature of
    max(y, b) / b^2: convex, with a Lipschitz gradient and, for y < b, least at clean = y - b, so that it has a minimum
    even where no count fell. y is in the units of clean, y = counts / peak, and so is the background b, a number or
    a measured map: the dark current, scatter or randoms that add to A x before anything is counted.
    """

    formula = (
        r"y \sim \frac{1}{\text{peak}} \operatorname{Poisson}(\text{peak}\, u), \quad "
        r"-\log p(y \mid \bar y) = \text{peak} \sum_i (u_i - y_i \log u_i), \quad u = \bar y + \text{background}"
    )

    peak: Annotated[float, Range(1, 1e4, log=True, unit="counts", limits=(1e-3, 1e9)), "counts at clean = 1"] = 100.0
    background: Annotated[
        float | Tensor, Range(1e-3, 1, log=True, limits=_LIMITS), "known background: a number, or a map"
    ] = 0.05

    mapped: ClassVar[str] = "background"
    can = Likelihood.GRAD | Likelihood.LIPSCHITZ | Likelihood.PROX | Likelihood.CONVEX | Likelihood.CONJUGATE

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        if bool((clean < -1e-6 * clean.abs().max()).any()):
            came = f"values down to {float(clean.min()):.3g}"
            raise Refusal("clean data >= 0 for Poisson noise", came, "take an operator that keeps signals positive")
        return torch.poisson(self.peak * (clean.clamp_min(0) + self.entries(clean)), generator=rng) / self.peak

    def noiseless(self, clean: Tensor) -> Tensor:
        return clean.clamp_min(0) + self.entries(clean)

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        u, excess = self._intensity(clean, y)
        below, b = clean.clamp_max(0), self.entries(y)
        beyond = (b - y) / b * below + self._bend(y) * below.square() / 2
        return self.peak * total(divergence(u, y, excess) + beyond)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        u, excess = self._intensity(clean, y)
        return self.peak * (excess / u + self._bend(y) * clean.clamp_max(0))

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        exact = y / (clean.clamp_min(0) + self.entries(clean)).square()
        return self.peak * torch.where(clean < 0, self._bend(y), exact)

    def precision(self, clean: Tensor) -> Tensor:
        return self.peak / (clean.clamp_min(0) + self.entries(clean))

    def lipschitz(self, y: Tensor) -> float:
        return self.peak * float(self._bend(y).max())

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        return counts.prox(v, y, CountStep(step * self.peak, self.entries(y)))

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        slope, b = p / self.peak, torch.ones_like(y) * self.entries(y)
        # nll / peak has the slope `knee` at clean = 0, where its quadratic part ends, and 1 at infinity.
        knee = (b - y) / b
        above = -b * slope - torch.special.xlog1py(y, -slope.clamp_max(1))
        below = (slope - knee).square() / (2 * self._bend(y)) - divergence(b, y, b - y)
        value = torch.where(slope < knee, below, torch.where(slope <= 1, above, torch.inf))
        return self.peak * total(value)

    def variance(self, y: Tensor) -> Tensor:
        return y / self.peak

    def expected(self, y: Tensor) -> float:
        least = float(torch.as_tensor(self.background, dtype=torch.float64).min())
        return expected_deviance(self.peak * y, self.peak * least) / len(y)

    def unfit(self, y: Tensor) -> str:
        if bool((y < 0).any()):
            return f"Poisson noise explains counts >= 0, and these data go down to {float(y.min()):.3g}: take Gaussian"
        return super().unfit(y)

    def remarks(self, y: Tensor | None) -> tuple[str, ...]:
        b = self.background
        if not isinstance(b, Tensor):
            return ()
        low, high = float(b.min()), float(b.max())
        of_data = "" if y is None else f" beside data of {float(y.double().mean()):.3g}"
        return (f"the background is {low:.3g} to {high:.3g}, {float(b.double().mean()):.3g} on average{of_data}",)

    def _refuse(self, given: Tensor, name: str) -> None:
        low, high = _LIMITS
        if not low <= float(given.min()) <= float(given.max()) <= high:
            bad = int(((given < low) | (given > high)).sum())
            came = f"{bad} of {given.numel()} that are not, from {float(given.min()):.3g} to {float(given.max()):.3g}"
            remedy = "raise what is 0 to a small background, of counts give it divided by the peak"
            raise Refusal(f"numbers from {low:g} to {high:g} for {name}", came, remedy)

    def _intensity(self, clean: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """u at clean >= 0 and u - y, which is made of clean - y: near the data that difference is exact."""
        positive, b = clean.clamp_min(0), self.entries(y)
        return positive + b, (positive - y) + b

    def _bend(self, y: Tensor) -> Tensor:
        """The second derivative of nll / peak below clean = 0."""
        b = torch.as_tensor(self.entries(y), dtype=y.dtype, device=y.device)
        return torch.maximum(y, b) / b.square()
