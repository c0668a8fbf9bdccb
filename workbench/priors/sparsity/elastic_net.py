"""The l1 norm and the square."""

from typing import Annotated

from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.sparsity.l1 import L1
from workbench.tensors import norm2


class ElasticNet(Prior):
    """g(x) = weight sum |x| + ridge |x|^2 / 2: sparse, and strongly convex. Zou, Hastie 2005.

    doi 10.1111/j.1467-9868.2005.00503.x; moduli where x is complex.
    """

    formula = r"g(x) = w \sum_i |x_i| + \frac{\text{ridge}}{2} |x|^2"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE
    separable = keeps_sign = True

    def __init__(
        self,
        weight: Weight = 1.0,
        ridge: Annotated[float, Range(1e-2, 1e3, log=True, limits=(0, 1e9)), "weight of the square"] = 1.0,
    ) -> None:
        super().__init__()
        self.weight, self.ridge = weight, ridge
        self._sparse = L1(weight)

    def forward(self, x: Tensor) -> Tensor:
        return self._sparse(x) + self.ridge / 2 * norm2(x)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return self._sparse.prox(x, step) / (1 + step * self.ridge)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        # Inside the ball of the l1 norm z stays; what is beyond it shrinks.
        inner = self._sparse.conjugate_prox(z, step)
        return inner + (z - inner) * (self.ridge / (self.ridge + step) if self.ridge else 0.0)

    def conjugate(self, z: Tensor) -> Tensor:
        beyond = z - self._sparse.conjugate_prox(z, 1.0)
        return norm2(beyond) / (2 * self.ridge) if self.ridge else self._sparse.conjugate(z)

    def strong_convexity(self) -> float:
        return self.ridge
