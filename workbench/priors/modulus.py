"""Any prior on the modulus of a complex unknown."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.priors.base import Can, Prior
from workbench.priors.total_variation import TotalVariation
from workbench.refusal import Refusal
from workbench.tensors import Shape, real_of


class MagnitudeOf(Prior):
    """g(x) = prior(|x|), the phase free: not convex in general.

    The prox is that of the prior on the modulus, with the phase of x. That is exact where the prior's prox of a signal
    >= 0 is >= 0, and others are refused.
    """

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE
    keeps_sign = True

    def __init__(self, prior: Annotated[Prior, "prior of the modulus"] = TotalVariation()) -> None:
        super().__init__()
        if Can.PROX not in prior.can or not prior.keeps_sign:
            came = f"{type(prior).__name__}, which has none"
            raise Refusal("a prior with a prox that keeps moduli >= 0", came, "take TotalVariation, L1 or Box")
        self.prior = prior

    def forward(self, x: Tensor) -> Tensor:
        return self.prior(x.abs())

    def prox(self, x: Tensor, step: float) -> Tensor:
        return self.prior.prox(x.abs(), step) * _phase(x)

    def feasible(self, x: Tensor) -> Tensor:
        return self.prior.feasible(x.abs()) * _phase(x)

    def strong_convexity(self) -> float:
        return -math.inf

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        if not dtype.is_complex:
            return f"the modulus of a real unknown loses its sign: take {type(self.prior).__name__} itself"
        return self.prior.unfit(shape, real_of(dtype))


def _phase(x: Tensor) -> Tensor:
    size = x.abs()
    return torch.where(size > 0, x / size.clamp_min(torch.finfo(size.dtype).tiny), 1)
