"""The l1 norm of groups of entries."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.kernels import shrink as kernel
from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.norm_balls import each_item, into_ball, no_axis, zero_inside
from workbench.tensors import Shape, abs2


class GroupL1(Prior):
    """g(x) = weight sum of the Euclidean norms along one axis: group sparsity, as channels that vanish together.

    Axis 1 of (B, C, *space) are the channels; axis 2 of differences, (B, C, d, *space), are the directions.
    """

    formula = r"g(x) = w \sum_{G} |x_G|_2"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE
    keeps_sign = True

    def __init__(
        self,
        weight: Weight = 1.0,
        axis: Annotated[int, Range(1, 4), "axis of (batch, channel, ...) whose entries form a group"] = 1,
    ) -> None:
        super().__init__()
        self.weight, self.axis = weight, axis

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * torch.linalg.vector_norm(x, dim=self.axis).flatten(1).sum(1)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return kernel.group(x, each_item(x, step * self.weight), self.axis)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return self._project(z, self.weight)

    def conjugate(self, z: Tensor) -> Tensor:
        # Ten times faster than vector_norm along an axis in the middle, and asked for often by duality gaps.
        return zero_inside(abs2(z).sum(self.axis).sqrt(), self.weight)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_axis(self.axis, shape)

    def _project(self, z: Tensor, radius: float) -> Tensor:
        # torch's vector_norm takes seventy times as long along an axis that is not the last.
        return into_ball(z, abs2(z).sum(self.axis, keepdim=True).sqrt(), radius)
