"""A bound on the root mean square."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.norm_balls import no_axis
from workbench.priors.sets.convex_set import ConvexSet, Radius
from workbench.tensors import Shape, abs2, norm, spread


class L2Ball(ConvexSet):
    """g(x) = 0 where the root mean square of x is at most the radius: |x|_2 <= radius sqrt(entries).

    Of all entries of an item or, with an axis, of each group along it: axis 3 of the block atoms of `Dictionary` bounds
    every atom, by 1 with a radius of 1 / sqrt(values of a patch).
    """

    formula = r"g(x) = 0 \text{ where } |x|_2 \le \sqrt{n}\, r, \quad \infty \text{ elsewhere}"

    def __init__(
        self,
        radius: Annotated[float, Radius, "largest root mean square of an item"] = 0.6,
        axis: Annotated[
            int | None, Range(1, 4), "axis of (batch, channel, ...) whose entries form a group; none: all entries"
        ] = None,
    ) -> None:
        super().__init__()
        self.radius, self.axis = radius, axis

    def project(self, x: Tensor, scale: float) -> Tensor:
        size = self._size(x)
        most = scale * self._most(x)
        return (most / size.clamp_min(torch.finfo(size.dtype).tiny)).clamp_max(1) * x

    def conjugate(self, z: Tensor) -> Tensor:
        return self._most(z) * self._size(z).flatten(1).sum(1)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return "" if self.axis is None else no_axis(self.axis, shape)

    def _size(self, x: Tensor) -> Tensor:
        """The norm of each group, shaped so that it multiplies x."""
        return spread(norm(x), x) if self.axis is None else abs2(x).sum(self.axis, keepdim=True).sqrt()

    def _most(self, x: Tensor) -> float:
        return self.radius * math.sqrt(math.prod(x.shape[1:]) if self.axis is None else x.shape[self.axis])
