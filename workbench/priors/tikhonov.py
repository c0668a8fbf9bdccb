"""Quadratic priors."""

import torch
from torch import Tensor

from workbench.operators import Basis, Identity, LinearOperator, Scaled
from workbench.priors.base import CLOSED_QUADRATIC, Can, Prior, Weight
from workbench.priors.sparsity import zero_inside
from workbench.tensors import Shape, norm2


class Zero(Prior):
    """g(x) = 0: least squares, or maximum likelihood, alone."""

    can = CLOSED_QUADRATIC | Can.PROJECTION
    separable = keeps_sign = True

    def forward(self, x: Tensor) -> Tensor:
        return 0 * norm2(x)

    def grad(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)

    def lipschitz(self) -> float:
        return 0.0

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return torch.zeros_like(v)

    def spectrum(self, x: Tensor, basis: Basis) -> Tensor:
        return torch.zeros_like(x.real)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return x

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return torch.zeros_like(z)

    def conjugate(self, z: Tensor) -> Tensor:
        return zero_inside(z.abs(), 0.0)

    def dual_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        # K = 0 says it too, and says besides that no A*p but 0 will do.
        return self, Scaled(Identity(shape), 0.0)


class Tikhonov(Prior):
    """g(x) = weight |x|^2 / 2: a white Gaussian prior of variance 1 / weight."""

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
