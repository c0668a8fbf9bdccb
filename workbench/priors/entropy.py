"""Maximum entropy."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.divergence import divergence
from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.sets.indicator import no_order
from workbench.tensors import Shape, total

_STEPS = 7  # of Newton, which has every digit by then


class Entropy(Prior):
    """g(x) = weight sum x log(x / m) - x + m for x >= 0, infinite elsewhere: 0 at the default model x = m.

    The prox is t W(m / t exp(x / t)), t = step weight, W of Lambert; the conjugate weight m sum exp(z / weight) - 1.
    Skilling, Bryan 1984, 10.1093/mnras/211.1.111.
    """

    formula = r"g(x) = w \sum_i x_i \log\frac{x_i}{m} - x_i + m, \quad x \ge 0"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE
    separable = keeps_sign = True

    def __init__(
        self,
        weight: Weight = 1.0,
        model: Annotated[
            float, Range(0.01, 10, log=True, limits=(1e-9, 1e9)), "value that is taken without data"
        ] = 0.5,
    ) -> None:
        super().__init__()
        self.weight, self.model = weight, model

    def forward(self, x: Tensor) -> Tensor:
        positive = x.clamp_min(0)
        cost = divergence(torch.full_like(x, self.model), positive, self.model - positive)
        return total(self.weight * cost + torch.where(x < 0, torch.inf, 0.0).to(x.dtype))

    def prox(self, x: Tensor, step: float) -> Tensor:
        t = step * self.weight
        if t == 0:
            return x.clamp_min(0)
        return t * _exp_omega(x / t + torch.log(torch.full_like(x, self.model) / t))

    def feasible(self, x: Tensor) -> Tensor:
        return x if bool((x >= 0).all()) else x.clamp_min(0)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        if self.weight == 0:
            return z.clamp_max(0)
        return super().conjugate_prox(z, step)

    def conjugate(self, z: Tensor) -> Tensor:
        if self.weight == 0:
            return torch.where((z > 0).flatten(1).any(1), torch.inf, 0.0).to(z.dtype)
        return self.weight * self.model * total(torch.expm1(z / self.weight))

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_order(self, dtype)


def _exp_omega(y: Tensor) -> Tensor:
    """W(exp(y)): the w with w + log w = y, from v = log w and v + exp(v) = y, which overflows nowhere.

    Newton from above the root of a convex function falls onto it. Corless et al. 1996, 10.1007/BF02124750.
    """
    v = torch.where(y > 1, y.clamp_min(1).log(), y)
    for _ in range(_STEPS):
        w = v.exp()
        v = v - (v + w - y) / (1 + w)
    return v.exp()
