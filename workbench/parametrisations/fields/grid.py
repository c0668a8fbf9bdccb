"""Values on a coarse grid as the unknown."""

import math
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.separable import Separable
from workbench.parameters import Range
from workbench.parametrisations.base import LinearParametrisation, PictureShape
from workbench.parametrisations.fields.interpolation import coarse, interpolation


class Grid(LinearParametrisation):
    """x = M u: values on a grid that is `spacing` px coarse, (C, *coarse space), with straight lines between them.

    Linear, so that a convex problem stays one, with its certificates. The start is the mean of each cell.
    """

    formula = r"x = M u"

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        spacing: Annotated[float, Range(1, 16, log=True, unit="px", limits=(1, 1e4)), "between samples"] = 2.0,
    ) -> None:
        sides = coarse(shape[1:], spacing)
        super().__init__(shape, {"values": (shape[0], *sides)})
        self.shape, self.spacing = shape, spacing
        pairs = zip(sides, shape[1:], strict=True)
        self._fine = Separable((shape[0], *sides), [None, *(interpolation(few, many) for few, many in pairs)])
        self._mean = math.prod(shape[1:]) / math.prod(sides)

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return self._fine(views["values"])

    def adjoint(self, y: Tensor) -> Tensor:
        return self._fine.adjoint(y).reshape(-1, *self.in_shape)

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        return self.adjoint(picture) / self._mean
