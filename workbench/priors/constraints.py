"""Constraints as priors: 0 inside, infinite outside."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Can, Prior
from workbench.refusal import Refusal
from workbench.tensors import Shape, real_of, spread

_ROUNDING = 64  # in units of the last place of the item's largest entry: what a transform and back leaves


def indicator(x: Tensor, inside: Tensor) -> Tensor:
    """0 where an item is equal to its projection up to rounding, infinite elsewhere and for NaN: (B,)."""
    slack = _ROUNDING * torch.finfo(x.dtype).eps * x.abs().flatten(1).amax(1)
    within = ((x - inside).abs() <= spread(slack, x)).flatten(1).all(1)
    return torch.where(within, 0.0, torch.inf).to(real_of(x.dtype))


def no_order(prior: Prior, dtype: torch.dtype) -> str:
    """Why numbers of this dtype do not suit a prior that compares them, as a sentence; empty where they do."""
    name = type(prior).__name__
    return f"{name} orders numbers, and this unknown is complex: take another prior" if dtype.is_complex else ""


class NonNegative(Prior):
    """g(x) = 0 where every entry is >= 0, infinite elsewhere: intensities, densities, counts.

    Entries above -64 units in the last place of the item's largest modulus count as 0: that is rounding.
    """

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE | Can.PROJECTION
    separable = keeps_sign = True

    def forward(self, x: Tensor) -> Tensor:
        return indicator(x, self.prox(x, 1.0))

    def prox(self, x: Tensor, step: float) -> Tensor:
        return x.clamp_min(0)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return z.clamp_max(0)

    def conjugate(self, z: Tensor) -> Tensor:
        return indicator(z, z.clamp_max(0))

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_order(self, dtype)


class Box(Prior):
    """g(x) = 0 where low <= x <= high everywhere, infinite elsewhere: intensities of a known range.

    Entries out by up to 64 units in the last place of the item's largest modulus count as inside: that is rounding.
    Refuses low > high.
    """

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE | Can.PROJECTION
    separable = True

    def __init__(
        self,
        low: Annotated[float, Range(-1, 1, limits=(-1e12, 1e12)), "least value"] = 0.0,
        high: Annotated[float, Range(-1, 2, limits=(-1e12, 1e12)), "greatest value"] = 1.0,
    ) -> None:
        super().__init__()
        if low > high:
            raise Refusal("a box with low <= high", f"low = {low:g} and high = {high:g}", "exchange the two")
        self.low, self.high = low, high
        self.keeps_sign = high >= 0

    def forward(self, x: Tensor) -> Tensor:
        return indicator(x, self.prox(x, 1.0))

    def prox(self, x: Tensor, step: float) -> Tensor:
        return x.clamp(self.low, self.high)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return z - z.clamp(step * self.low, step * self.high)

    def conjugate(self, z: Tensor) -> Tensor:
        return torch.maximum(self.low * z, self.high * z).flatten(1).sum(1)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_order(self, dtype)
