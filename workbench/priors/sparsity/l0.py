"""The number of entries that are not 0."""

import math

from torch import Tensor

from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can


class L0(Prior):
    """g(x) = weight times the number of entries that are not 0: not convex. Blumensath, Davies 2009.

    The prox keeps entries above sqrt(2 step weight) as they are and drops the others. doi 10.1016/j.acha.2009.04.002.
    """

    formula = r"g(x) = w\, \#\{i : x_i \ne 0\}"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE
    keeps_sign = True

    def __init__(self, weight: Weight = 0.1) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x != 0).flatten(1).sum(1).to(x.real.dtype)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return x * (x.abs() > math.sqrt(2 * step * self.weight))

    def strong_convexity(self) -> float:
        return -math.inf if self.weight else 0.0
