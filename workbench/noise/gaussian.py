"""White Gaussian noise."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.noise.base import Noise
from workbench.noise.likelihood import Likelihood
from workbench.parameters import Range
from workbench.tensors import dot, norm2, normal_like


@dataclass(frozen=True)
class Gaussian(Noise):
    """y = clean + sigma n: nll = |clean - y|^2 / (2 sigma^2). Complex data: sigma in each of the two parts."""

    formula = r"y = \bar y + \sigma n, \quad -\log p(y \mid \bar y) = \frac{|\bar y - y|^2}{2\sigma^2}"

    sigma: Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "standard deviation of the noise"] = 0.05

    can = (
        Likelihood.GRAD
        | Likelihood.LIPSCHITZ
        | Likelihood.PROX
        | Likelihood.CONVEX
        | Likelihood.QUADRATIC
        | Likelihood.COMPLEX
        | Likelihood.CONJUGATE
    )

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        return clean + self.sigma * normal_like(clean, rng)

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        return norm2(clean - y) / (2 * self.sigma**2)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return (clean - y) / self.sigma**2

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        return self.precision(clean)

    def precision(self, clean: Tensor) -> Tensor:
        return torch.full_like(clean.real, 1 / self.sigma**2)

    def lipschitz(self, y: Tensor) -> float:
        return 1 / self.sigma**2

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        weight = step / self.sigma**2
        return (v + weight * y) / (1 + weight)

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        return dot(p, y) + self.sigma**2 / 2 * norm2(p)

    def strong_convexity(self, y: Tensor) -> float:
        return 1 / self.sigma**2

    def variance(self, y: Tensor) -> Tensor:
        return torch.full_like(y.real, self.sigma**2)

    def expected(self, y: Tensor) -> float:
        return y[0].numel() * (1.0 if y.is_complex() else 0.5)
