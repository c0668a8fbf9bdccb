"""Tomography with a point source."""

import math
from functools import partial
from typing import Annotated

import torch
from torch import Tensor

from workbench.kernels import fan
from workbench.operators.base import LinearOperator, OperatorBlock, SignalShape
from workbench.operators.rows import angles
from workbench.operators.shapes import each_part, space_of
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Constant


class FanBeamRadon(LinearOperator):
    """Line integrals along rays that leave a source on a circle around the image: (C, H, W) -> (C, angles, bins).

    The flat detector is measured where it would pass through the centre: bins as wide as pixels, as many as see every
    corner. Lengths are in units of the image's longer side. Linear interpolation (Joseph 1982) and its exact transpose.
    """

    formula = r"(Ax)_{\beta,\gamma} = \int_{\ell(\beta,\gamma)} x\, ds"

    nonnegative = True

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        angles: Annotated[
            int | tuple[float, ...],
            Range(1, 180, limits=(-360, 3600)),
            "number of equally spaced angles over 360 degrees, or the angles in degrees",
        ] = 90,
        distance: Annotated[
            float, Range(1, 8, log=True, unit="longer sides", limits=(0.8, 1e3)), "source to the centre"
        ] = 2.0,
    ) -> None:
        height, width = space_of(shape, "FanBeamRadon", (2,))
        if angles == () or (isinstance(angles, int) and angles < 1):
            raise Refusal("at least one angle for FanBeamRadon.angles", repr(angles), "give their number, or a list")
        degrees = [360 * k / angles for k in range(angles)] if isinstance(angles, int) else angles
        longer, radius = max(height, width), math.hypot(height, width) / 2
        bins = math.ceil(2 * radius / math.sqrt(1 - (radius / (distance * longer)) ** 2))
        super().__init__(shape, (shape[0], len(degrees), bins))
        self.shape, self.angles, self.distance = shape, angles, distance
        self._radians = Constant(torch.deg2rad(torch.tensor(degrees, dtype=torch.float64)))
        self._source, self._scale = distance * longer, 1 / longer

    def degrees(self) -> Tensor:
        """The angles in degrees, float64."""
        return torch.rad2deg(self._radians.value)

    def forward(self, x: Tensor) -> Tensor:
        bins = self.out_shape[2]
        return self._scale * each_part(x, lambda image: fan.project(image, self._angles(image), self._source, bins))

    def adjoint(self, y: Tensor) -> Tensor:
        size = self.in_shape[1], self.in_shape[2]
        return self._scale * each_part(y, lambda image: fan.backproject(image, self._angles(image), self._source, size))

    def blocks(self, count: int) -> tuple[OperatorBlock, ...]:
        degrees = tuple(self.degrees().tolist())
        count = min(count, len(degrees))
        parts = [FanBeamRadon(self.shape, degrees[s::count], self.distance) for s in range(count)]
        return tuple(OperatorBlock(part, partial(angles, s, count)) for s, part in enumerate(parts))

    def _angles(self, x: Tensor) -> Tensor:
        return self._radians.like(x.new_empty(0, dtype=torch.float64))  # at full precision on the device of x
