"""Values on grids of several spacings as the unknown."""

import math
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.separable import Separable
from workbench.parameters import Range
from workbench.parametrisations.base import LinearParametrisation, PictureShape
from workbench.parametrisations.fields.interpolation import coarse, interpolation


class MultiscaleGrid(LinearParametrisation):
    """x = sum over levels l of M_l u_l / sqrt(levels): grids spacing, 2 spacing, 4 spacing ... px coarse, from fine.

    Blocks are level_0, level_1, ..., (C, *coarse space). Descent finds first what all levels say, so that an early stop
    is smooth, and data that leave holes are filled from the coarse ones. Linear: a convex problem stays one. The start
    shares the mean of each cell among the levels. Mueller et al. 2022, doi 10.1145/3528223.3530127, without its hash.
    """

    formula = r"x = \frac{1}{\sqrt{L}} \sum_l M_l u_l"

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        spacing: Annotated[float, Range(1, 16, log=True, unit="px", limits=(1, 1e4)), "between the finest"] = 2.0,
        levels: Annotated[int, Range(1, 6, limits=(1, 20)), "grids, each twice as coarse as the one before"] = 3,
    ) -> None:
        sides = [coarse(shape[1:], spacing * 2**level) for level in range(levels)]
        super().__init__(shape, {f"level_{i}": (shape[0], *side) for i, side in enumerate(sides)})
        self.shape, self.spacing, self.levels = shape, spacing, levels
        self._fine = [
            Separable((shape[0], *side), [None, *(interpolation(n, m) for n, m in zip(side, shape[1:], strict=True))])
            for side in sides
        ]
        self._share = 1 / math.sqrt(levels)
        self._means = [math.prod(shape[1:]) / math.prod(side) for side in sides]

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        parts = [fine(views[f"level_{i}"]) for i, fine in enumerate(self._fine)]
        return self._share * torch.stack(parts).sum(0)

    def adjoint(self, y: Tensor) -> Tensor:
        return self._share * self.joined({f"level_{i}": fine.adjoint(y) for i, fine in enumerate(self._fine)})

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        views = self.views(self.adjoint(picture))
        return self.joined({name: view / mean for (name, view), mean in zip(views.items(), self._means, strict=True)})
