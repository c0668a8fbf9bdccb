"""Every entry between two bounds."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.sets.indicator import indicator, no_order
from workbench.refusal import Refusal
from workbench.tensors import Shape


class Box(Prior):
    """g(x) = 0 where low <= x <= high everywhere, infinite elsewhere: intensities of a known range.

    Entries out by up to 64 units in the last place of the item's largest modulus count as inside: that is rounding.
    Refuses low > high.
    """

    formula = r"g(x) = 0 \text{ where } \text{low} \le x_i \le \text{high}, \quad \infty \text{ elsewhere}"

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
