"""Noise of Laplace's law."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.noise.base import Noise
from workbench.noise.draws import exponential_like
from workbench.noise.likelihood import Likelihood
from workbench.parameters import Range
from workbench.tensors import dot, parts


@dataclass(frozen=True)
class Laplace(Noise):
    """y = clean + n with density exp(-|n| / scale): nll = |clean - y|_1 / scale. Complex data: each part so.

    The prox is closed. Where clean = y, `grad` is 0, one of the subgradients, and `curvature` is 0 everywhere: the
    Fisher information 1 / scale^2 sits in the jump.
    """

    formula = r"y = \bar y + n, \quad -\log p(y \mid \bar y) = \frac{|\bar y - y|_1}{\text{scale}}"

    scale: Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "mean of |n|"] = 0.05

    can = Likelihood.PROX | Likelihood.CONVEX | Likelihood.COMPLEX | Likelihood.CONJUGATE

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        return clean + self.scale * (exponential_like(clean, rng) - exponential_like(clean, rng))

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        return parts(clean - y).abs().flatten(1).sum(1) / self.scale

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return _whole(parts(clean - y).sign() / self.scale, y)

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        return torch.zeros_like(clean.real)

    def precision(self, clean: Tensor) -> Tensor:
        return torch.full_like(clean.real, 1 / self.scale**2)

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        r, reach = parts(v - y), step / self.scale
        return y + _whole(r - r.clamp(-reach, reach), y)

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        outside = parts(p).abs().flatten(1).amax(1) > (1 + 1e-12) / self.scale
        return torch.where(outside, torch.inf, dot(p, y))

    def expected(self, y: Tensor) -> float:
        return parts(y[:1]).numel()


def _whole(numbers: Tensor, like: Tensor) -> Tensor:
    return torch.view_as_complex(numbers) if like.is_complex() else numbers
