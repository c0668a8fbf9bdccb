"""The square of the signal."""

import torch
from torch import Tensor

from workbench.operators import Basis
from workbench.priors.base import Prior, Weight
from workbench.priors.can import CLOSED_QUADRATIC, Can
from workbench.priors.norm_balls import zero_inside
from workbench.tensors import norm2


class Tikhonov(Prior):
    """g(x) = weight |x|^2 / 2: a white Gaussian prior of variance 1 / weight."""

    formula = r"g(x) = \frac{w}{2} |x|^2"

    can = CLOSED_QUADRATIC | Can.SCORE
    separable = keeps_sign = True

    def __init__(self, weight: Weight = 1.0) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, x: Tensor) -> Tensor:
        return self.weight / 2 * norm2(x)

    def grad(self, x: Tensor) -> Tensor:
        return self.weight * x

    def lipschitz(self) -> float:
        return self.weight

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.weight * v

    def spectrum(self, x: Tensor, basis: Basis) -> Tensor:
        return torch.full_like(x.real, self.weight)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return x / (1 + step * self.weight)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return z * (self.weight / (self.weight + step)) if self.weight > 0 else torch.zeros_like(z)

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        return self.prox(x, sigma**2)  # the mean of a Gaussian is its mode

    def conjugate(self, z: Tensor) -> Tensor:
        return norm2(z) / (2 * self.weight) if self.weight > 0 else zero_inside(z.abs(), 0.0)

    def strong_convexity(self) -> float:
        return self.weight
