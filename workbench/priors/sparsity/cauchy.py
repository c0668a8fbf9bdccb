"""Sparsity that is smooth."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.norm_balls import no_axis
from workbench.tensors import Shape, abs2


class Cauchy(Prior):
    """g(x) = weight sum log(1 + |x|^2 / width^2): smooth, not convex, and hardly heavier for large entries than for
    middling ones.

    Entries below the width are pulled to 0 as by a parabola, those far above are left almost free, so that what is
    large is not shrunk as by L1. Of independent entries of Cauchy's law with weight 1. With an axis |x_i| is the norm
    of each group along it: cosine and sine of a frequency, axis 2 of `WindowedFourier`.
    """

    formula = r"g(x) = w \sum_i \log\left(1 + \frac{|x_i|^2}{s^2}\right), \quad s = \text{width}"

    can = Can.VALUE | Can.GRAD | Can.HVP

    def __init__(
        self,
        weight: Weight = 1.0,
        width: Annotated[
            float, Range(1e-3, 1, log=True, limits=(1e-9, 1e9)), "modulus from where on entries are large"
        ] = 0.1,
        axis: Annotated[
            int | None, Range(1, 4), "axis of (batch, channel, ...) whose entries form a group; none: each alone"
        ] = None,
    ) -> None:
        super().__init__()
        self.weight, self.width, self.axis = weight, width, axis

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return "" if self.axis is None else no_axis(self.axis, shape)

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (self._grouped(abs2(x)) / self.width**2).log1p().flatten(1).sum(1)

    def grad(self, x: Tensor) -> Tensor:
        return 2 * self.weight / self._square(x) * x

    def lipschitz(self) -> float:
        return 2 * self.weight / self.width**2

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        square = self._square(x)
        along = self._grouped((x.conj() * v).real if x.is_complex() else x * v)
        return 2 * self.weight / square * (v - 2 * along / square * x)

    def _square(self, x: Tensor) -> Tensor:
        return self._grouped(abs2(x)) + self.width**2

    def _grouped(self, values: Tensor) -> Tensor:
        return values if self.axis is None else values.sum(self.axis, keepdim=True)
