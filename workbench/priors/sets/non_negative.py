"""No entry below 0."""

import torch
from torch import Tensor

from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.sets.indicator import indicator, no_order
from workbench.tensors import Shape


class NonNegative(Prior):
    """g(x) = 0 where every entry is >= 0, infinite elsewhere: intensities, densities, counts.

    Entries above -64 units in the last place of the item's largest modulus count as 0: that is rounding.
    """

    formula = r"g(x) = 0 \text{ where } x_i \ge 0, \quad \infty \text{ elsewhere}"

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
