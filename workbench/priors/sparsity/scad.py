"""The smoothly clipped absolute deviation: sparsity without bias."""

from typing import Annotated

from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.sparsity.folded import folded, folded_prox


class SCAD(Prior):
    """g(x) = weight sum p(|x|), p' = 1 up to knee, then falling linearly to 0 at ratio knee. Fan, Li 2001.

    Smoothly clipped absolute deviation; theirs has weight = knee. Weakly convex: with weight / ((ratio - 1) knee)
    |x|^2 / 2 added, g is convex. doi 10.1198/016214501753382273.
    """

    formula = r"g(x) = w \sum_i p(|x_i|), \quad p'(r) = 1 \text{ up to the knee, then falling to } 0"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE
    keeps_sign = True

    def __init__(
        self,
        weight: Weight = 1.0,
        knee: Annotated[
            float, Range(0.01, 10, log=True, limits=(1e-9, 1e9)), "modulus up to which it is the l1 norm"
        ] = 0.1,
        ratio: Annotated[
            float, Range(1.5, 10, limits=(1.0001, 1e6)), "multiple of the knee from where on entries are free"
        ] = 3.7,
    ) -> None:
        super().__init__()
        self.weight, self.knee, self.ratio = weight, knee, ratio

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * folded(x.abs(), self.knee, self.ratio * self.knee).flatten(1).sum(1)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return folded_prox(x, step * self.weight, self.knee, self.ratio * self.knee)

    def strong_convexity(self) -> float:
        return -self.weight / ((self.ratio - 1) * self.knee)
