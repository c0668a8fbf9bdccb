"""Noise with black and white entries among the others."""

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.noise.base import Noise
from workbench.noise.draws import by_level
from workbench.noise.likelihood import Likelihood
from workbench.parameters import Range
from workbench.tensors import normal_like

Sigma = Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "standard deviation of the noise"]


@dataclass(frozen=True)
class SaltAndPepper(Noise):
    """y = clean + sigma n, but a fraction `rate` of the entries are sigma n or 1 + sigma n, whatever the signal.

    nll = -sum log((1 - rate) N(y - clean) + rate / 2 (N(y) + N(y - 1))), N of width sigma: quadratic near y, flat far
    from it, not convex. The Fisher information is a trapezoidal sum that converges exponentially.
    """

    formula = r"y_i = \bar y_i + \sigma n_i \quad\text{or, at the rate } r, \quad y_i \in \{0, 1\} + \sigma n_i"

    sigma: Sigma = 0.05
    rate: Annotated[float, Range(0.01, 0.5, limits=(1e-6, 0.999)), "fraction of black or white entries"] = 0.1

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        lot = torch.rand(clean.shape, generator=rng, dtype=clean.dtype, device=clean.device)
        kept = torch.where(lot < self.rate, (lot < self.rate / 2).to(clean.dtype), clean)
        return kept + self.sigma * normal_like(clean, rng)

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        near = math.log1p(-self.rate) - ((clean - y) / self.sigma).square() / 2
        far = math.log1p(-self.rate) + self._odds(y)
        return -torch.logaddexp(near, far).flatten(1).sum(1)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return self._share(clean, y) * (clean - y) / self.sigma**2

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        share = self._share(clean, y)
        return share * (1 - (1 - share) * ((clean - y) / self.sigma).square()) / self.sigma**2

    def precision(self, clean: Tensor) -> Tensor:
        return by_level(clean, self._information)

    def lipschitz(self, y: Tensor) -> float:
        # |curvature| sigma^2 = |w - w (1 - w) z^2|, where z^2 = 2 (t - odds) and w = 1 / (1 + e^t).
        return max(1.0, 0.45 - float(self._odds(y).min()) / 2) / self.sigma**2

    def _odds(self, y: Tensor) -> Tensor:
        """log of the density of black or white entries at y, over that of the others at y = clean."""
        black, white = -(y / self.sigma).square() / 2, -((y - 1) / self.sigma).square() / 2
        return math.log(self.rate / (2 - 2 * self.rate)) + torch.logaddexp(black, white)

    def _share(self, clean: Tensor, y: Tensor) -> Tensor:
        """The probability that an entry is none of the black and white ones."""
        return torch.sigmoid(-self._odds(y) - ((clean - y) / self.sigma).square() / 2)

    def _information(self, clean: Tensor) -> Tensor:
        total, step = torch.zeros_like(clean), 0.2
        for k in range(-40, 41):
            z = step * k
            density = step * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
            total = total + density * z * z * self._share(clean, clean + self.sigma * z)
        return (1 - self.rate) * total / self.sigma**2
