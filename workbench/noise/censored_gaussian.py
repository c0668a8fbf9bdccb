"""Gaussian noise behind a converter that clips."""

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.noise.base import Noise
from workbench.noise.likelihood import Likelihood
from workbench.parameters import Range
from workbench.tensors import normal_like, real_of

_FAR = -100.0  # from where on the bend of log Phi is its series
_SURE = 9.0  # deviations beyond the limit: nothing is left that double precision could add to anything
_ROUNDING = 1e-5  # beside the limit


@dataclass(frozen=True)
class CensoredGaussian(Noise):
    """y = clean + sigma n between -limit and limit, and the limit beyond: declipping, with what clipping does tell.

    Entries within explain themselves as under Gaussian noise; one at the limit says only that clean + sigma n lies
    beyond, nll = -log Phi((+-clean - limit) / sigma). Convex. Tobin 1958, doi 10.2307/1907382.
    """

    formula = (
        r"-\log p(y \mid \bar y) = \sum_{|y_i| < c} \frac{(\bar y_i - y_i)^2}{2 \sigma^2} - \sum_{|y_i| \ge c} \log "
        r"\Phi\left(\frac{\pm\bar y_i - c}{\sigma}\right), \quad c = \text{limit}"
    )

    sigma: Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "standard deviation of the noise"] = 0.05
    limit: Annotated[float, Range(0.1, 1, limits=(1e-6, 1e6)), "largest amplitude that is recorded"] = 0.5

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ | Likelihood.CONVEX

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        return (clean + self.sigma * normal_like(clean, rng)).clamp(-self.limit, self.limit)

    def noiseless(self, clean: Tensor) -> Tensor:
        return clean.clamp(-self.limit, self.limit)

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        inside = (clean - y).square() / (2 * self.sigma**2)
        beyond = -torch.special.log_ndtr(self._excess(clean, y))
        return torch.where(self._clipped(y), beyond, inside).flatten(1).sum(1)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        beyond = -y.sign() * _mills(self._excess(clean, y)) / self.sigma
        return torch.where(self._clipped(y), beyond, (clean - y) / self.sigma**2)

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        t = self._excess(clean, y).double()
        ratio = _mills(t)
        series = 1 - 1 / t.square() + 6 / t**4
        bend = torch.where(t < _FAR, series, (ratio * (t + ratio)).clamp(0, 1)).to(clean)
        return torch.where(self._clipped(y), bend, 1) / self.sigma**2

    def precision(self, clean: Tensor) -> Tensor:
        x = clean.double()
        above, below = (x - self.limit) / self.sigma, (-x - self.limit) / self.sigma
        found = torch.special.ndtr(-above) - torch.special.ndtr(below)  # of entries within
        for t in (above, below):
            found = found + _density(t) * (t + _mills(t))
        found = torch.where(torch.maximum(above, below) > _SURE, 0, found.clamp_min(0))
        return (found / self.sigma**2).to(real_of(clean.dtype))

    def lipschitz(self, y: Tensor) -> float:
        return 1 / self.sigma**2

    def unfit(self, y: Tensor) -> str:
        most = float(y.abs().amax()) if y.numel() else 0.0
        if most <= self.limit * (1 + _ROUNDING):
            return ""
        return f"these data reach {most:.3g}, and a recording clipped at {self.limit:g} does not: raise limit"

    def _clipped(self, y: Tensor) -> Tensor:
        return y.abs() >= self.limit * (1 - _ROUNDING)

    def _excess(self, clean: Tensor, y: Tensor) -> Tensor:
        """By how many deviations the clean value lies beyond the limit that y is at."""
        return (y.sign() * clean - self.limit) / self.sigma


def _density(t: Tensor) -> Tensor:
    return (-t.square() / 2).exp() / math.sqrt(2 * math.pi)


def _mills(t: Tensor) -> Tensor:
    """The density of a normal number at t over its distribution there, without 0 / 0 at either end."""
    return torch.where(t > _SURE, 0, math.sqrt(2 / math.pi) / torch.special.erfcx(-t / math.sqrt(2)))
