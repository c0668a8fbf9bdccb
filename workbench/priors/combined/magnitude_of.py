"""Any prior on the modulus of a complex unknown."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.variation.total_variation import TotalVariation
from workbench.refusal import Refusal
from workbench.tensors import Shape, real_of


class MagnitudeOf(Prior):
    """g(x) = prior(|x|), the phase free: not convex in general.

    The prox is that of the prior on the modulus, with the phase of x. That is exact where the prior's prox of a signal
    >= 0 is >= 0, and others are refused. A denoiser without a prox, a network for pictures, is given the modulus too:
    its noise is that of each part of x, where x is not small.
    """

    formula = r"g(x) = h(|x|)"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE
    keeps_sign = True

    def __init__(self, prior: Annotated[Prior, "prior of the modulus"] = TotalVariation()) -> None:
        super().__init__()
        denoises = Can.DENOISE in prior.can and Can.PROX not in prior.can
        if not denoises and not (Can.PROX in prior.can and prior.keeps_sign):
            wanted = "a prior with a denoiser, or with a prox that keeps moduli >= 0"
            raise Refusal(wanted, f"{type(prior).__name__}, which has none", "take TotalVariation, L1 or Box")
        self.prior = prior
        self.can = prior.can & (Can.VALUE | Can.DENOISE) if denoises else type(self).can & (prior.can | Can.SPLIT)

    def forward(self, x: Tensor) -> Tensor:
        return self.prior(x.abs())

    def prox(self, x: Tensor, step: float) -> Tensor:
        if Can.PROX not in self.can:
            raise self._lacks(Can.PROX)
        return self.prior.prox(x.abs(), step) * _phase(x)

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        if Can.PROX in self.can:
            return super().denoise(x, sigma)
        return self.prior.denoise(x.abs(), sigma).clamp_min(0) * _phase(x)

    def feasible(self, x: Tensor) -> Tensor:
        size = x.abs()
        inside = self.prior.feasible(size)
        return x if inside is size else inside * _phase(x)

    def strong_convexity(self) -> float:
        return -math.inf

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        if not dtype.is_complex:
            return f"the modulus of a real unknown loses its sign: take {type(self.prior).__name__} itself"
        return self.prior.unfit(shape, real_of(dtype))


def _phase(x: Tensor) -> Tensor:
    size = x.abs()
    return torch.where(size > 0, x / size.clamp_min(torch.finfo(size.dtype).tiny), 1)
