"""A flow that keeps areas as the unknown."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.parametrisations.base import PictureShape, require_axes
from workbench.parametrisations.fields.splines import Spacing, sampled
from workbench.parametrisations.warps.deformation import Deformation, Moving


class IncompressibleWarp(Deformation):
    """x(p) = m(q(p)), q the flow for a time of 1 along v = (d psi / d p_2, -d psi / d p_1): block stream, psi, in px^2.

    v has no divergence, so that q keeps areas: the determinant of its Jacobian is 1 but for the error of `steps` steps
    of Runge and Kutta. psi is a cubic spline, 0 at the borders: nothing flows out. Pictures of two axes.
    Mansi et al. 2011, doi 10.1007/s11263-010-0405-z.
    """

    formula = r"x(p) = m(q_1(p)), \quad \dot q_t = (\partial_2 \psi, -\partial_1 \psi)(q_t), \quad q_0 = p"

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        spacing: Spacing = 8.0,
        moving: Moving = None,
        steps: Annotated[int, Range(1, 16, limits=(1, 1000)), "of Runge and Kutta"] = 4,
    ) -> None:
        require_axes(shape, 2, "IncompressibleWarp")
        points = tuple(max(2, round((side - 1) / spacing)) - 1 for side in shape[1:])  # between the borders
        super().__init__(shape, {"stream": (1, *points)}, moving)
        self.shape, self.spacing, self.moving, self.steps = shape, spacing, moving, steps
        # A side of one px has no length: its step only has to be some number.
        self._steps = [max(n - 1, 1) / (few + 1) for n, few in zip(shape[1:], points, strict=True)]

    def places(self, views: Mapping[str, Tensor]) -> Tensor:
        stream = views["stream"]
        return self._flow(stream, self._pixels.like(stream).expand(len(stream), -1, -1, -1))

    def determinant(self, u: Tensor) -> Tensor:
        stream = self.views(u)["stream"]
        pixels = self._pixels.like(u).repeat(len(u), 1, 1, 1)  # forward mode takes no views of one
        slopes = []
        for axis in range(2):
            way = torch.zeros_like(pixels)
            way[:, axis] = 1
            slopes.append(torch.func.jvp(lambda p: self._flow(stream, p), (pixels,), (way,))[1])
        (a, c), (b, d) = (slope.unbind(1) for slope in slopes)
        return (a * d - b * c)[:, None]

    def _flow(self, stream: Tensor, places: Tensor) -> Tensor:
        bordered, step = torch.nn.functional.pad(stream, (1, 1, 1, 1)), 1 / self.steps
        for _ in range(self.steps):
            first = self._velocity(bordered, places)
            second = self._velocity(bordered, places + step / 2 * first)
            third = self._velocity(bordered, places + step / 2 * second)
            last = self._velocity(bordered, places + step * third)
            places = places + step / 6 * (first + 2 * second + 2 * third + last)
        return places

    def _velocity(self, stream: Tensor, places: Tensor) -> Tensor:
        down, across = self._steps
        on_grid = torch.stack([places[:, 0] / down, places[:, 1] / across], 1)
        slopes = sampled(stream, on_grid, (0, 1), odd=True)
        return torch.cat([slopes[1] / across, -slopes[0] / down], 1)
