"""The minimax concave penalty: sparsity without bias."""

from typing import Annotated

from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.sparsity.folded import folded, folded_prox


class MCP(Prior):
    """g(x) = weight sum p(|x|), p'(r) = 1 - r / width up to width, 0 beyond: minimax concave. Zhang 2010.

    Weakly convex: g + weight / (2 width) |x|^2 is convex. doi 10.1214/09-AOS729.
    """

    formula = r"g(x) = w \sum_i p(|x_i|), \quad p'(r) = \max(0, 1 - r / \text{width})"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE
    keeps_sign = True

    def __init__(
        self,
        weight: Weight = 1.0,
        width: Annotated[
            float, Range(0.01, 10, log=True, limits=(1e-9, 1e9)), "modulus from where on entries are free"
        ] = 0.5,
    ) -> None:
        super().__init__()
        self.weight, self.width = weight, width

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * folded(x.abs(), 0.0, self.width).flatten(1).sum(1)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return folded_prox(x, step * self.weight, 0.0, self.width)

    def strong_convexity(self) -> float:
        return -self.weight / self.width
