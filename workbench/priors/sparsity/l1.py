"""The l1 norm of entries."""

from torch import Tensor

from workbench.kernels import shrink as kernel
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.norm_balls import each_item, into_ball, zero_inside


class L1(Prior):
    """g(x) = weight sum |x|, of complex entries the moduli: few entries differ from 0."""

    formula = r"g(x) = w \sum_i |x_i|"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE
    separable = keeps_sign = True

    def __init__(self, weight: Weight = 1.0) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x.abs().flatten(1).sum(1)

    def prox(self, x: Tensor, step: float) -> Tensor:
        if x.is_complex():
            return kernel.soft(x, each_item(x, step * self.weight))
        return x - self._project(x, step * self.weight)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return self._project(z, self.weight)

    def conjugate(self, z: Tensor) -> Tensor:
        return zero_inside(z.abs(), self.weight)

    @staticmethod
    def _project(z: Tensor, radius: float) -> Tensor:
        return into_ball(z, z.abs(), radius) if z.is_complex() else z.clamp(-radius, radius)
