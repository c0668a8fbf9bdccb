"""Parallel-beam tomography."""

import math
from functools import partial
from typing import Annotated

from torch import Tensor

from workbench.kernels import radon
from workbench.operators.base import OperatorBlock, SignalShape
from workbench.operators.integrals.filtering import Window, shares, sides
from workbench.operators.integrals.scan import ANGLES, Angles, Detectors, Offset, Pixel, Scan
from workbench.operators.rows import angles
from workbench.operators.shapes import each_part, space_of
from workbench.parameters import changed


class Radon(Scan):
    """Line integrals (A x)[a, d] = int x along the ray x cos(a) + y sin(a) = d: (B, C, H, W) -> (B, C, angles, bins).

    Lengths are in units of the image's longer side, so a sinogram has the values of the image times at most sqrt 2, or
    in the unit of `pixel`. Bins are as wide as pixels and cover the diagonal, ceil(sqrt(H^2 + W^2)) of them, where
    `detectors` gives no other number; the axis of rotation falls on bin (bins - 1) / 2 + offset. Linear interpolation
    (Joseph 1982) and its exact transpose.
    """

    formula = r"(Ax)_{\theta,d} = \int_{x_1 \cos\theta + x_2 \sin\theta = d} x\, ds"

    turn = 180.0

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        angles: Annotated[
            Angles, ANGLES, "number of equally spaced angles over 180 degrees, or the angles in degrees"
        ] = 60,
        detectors: Detectors = None,
        offset: Offset = 0.0,
        pixel: Pixel = None,
    ) -> None:
        super().__init__(shape, angles, detectors, offset, pixel, sees=math.hypot(*space_of(shape, "Radon", (2,))))

    def forward(self, x: Tensor) -> Tensor:
        bins = self.out_shape[2]
        return self.width * each_part(x, lambda image: radon.project(image, self._angles(image), bins, self.offset))

    def adjoint(self, y: Tensor) -> Tensor:
        size = self.in_shape[1], self.in_shape[2]
        return self.width * each_part(y, lambda image: radon.backproject(image, self._angles(image), size, self.offset))

    def filtered_backprojection(self, y: Tensor, window: Window) -> Tensor:
        """Of any views: a line that both sides of the detector see is shared by them, one that one side sees is its."""
        views, (near, far) = self._radians.value, sides(self.places())
        half, whole = (shares(views, period)[:, None] for period in (math.pi, 2 * math.pi))
        weights = half + (whole - half) * (near - far) / (near + far).clamp_min(1e-300)
        return each_part(y, lambda part: self._backprojected(self._filtered(weights.to(part) * part, window)))

    def _backprojected(self, filtered: Tensor) -> Tensor:
        size = self.in_shape[1], self.in_shape[2]
        return radon.interpolate(filtered, self._angles(filtered), size, self.offset)

    def blocks(self, count: int) -> tuple[OperatorBlock, ...]:
        degrees = tuple(self.degrees().tolist())
        count = min(count, len(degrees))
        parts = [changed(self, angles=degrees[s::count]) for s in range(count)]
        return tuple(OperatorBlock(part, partial(angles, s, count)) for s, part in enumerate(parts))
