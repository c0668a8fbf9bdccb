"""Parallel-beam tomography."""

import math
from functools import partial
from typing import Annotated

import torch
from torch import Tensor

from workbench.kernels import radon
from workbench.operators.base import LinearOperator, OperatorBlock, SignalShape
from workbench.operators.rows import angles
from workbench.operators.shapes import each_part, space_of
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Constant


class Radon(LinearOperator):
    """Line integrals (A x)[a, d] = int x along the ray x cos(a) + y sin(a) = d: (B, C, H, W) -> (B, C, angles, bins).

    Lengths are in units of the image's longer side, so a sinogram has the values of the image times at most sqrt 2.
    Bins are as wide as pixels and cover the diagonal, ceil(sqrt(H^2 + W^2)) of them. Linear interpolation (Joseph
    1982) and its exact transpose.
    """

    formula = r"(Ax)_{\theta,d} = \int_{x_1 \cos\theta + x_2 \sin\theta = d} x\, ds"

    nonnegative = True

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        angles: Annotated[
            int | tuple[float, ...],
            Range(1, 180, limits=(-360, 3600)),
            "number of equally spaced angles over 180 degrees, or the angles in degrees",
        ] = 60,
    ) -> None:
        height, width = space_of(shape, "Radon", (2,))
        if angles == () or (isinstance(angles, int) and angles < 1):
            raise Refusal("at least one angle for Radon.angles", repr(angles), "give their number, or a list of them")
        degrees = [180 * k / angles for k in range(angles)] if isinstance(angles, int) else angles
        bins = math.ceil(math.hypot(height, width))
        super().__init__(shape, (shape[0], len(degrees), bins))
        self.shape, self.angles = shape, angles
        self._radians = Constant(torch.deg2rad(torch.tensor(degrees, dtype=torch.float64)))
        self._scale = 1 / max(height, width)

    def degrees(self) -> Tensor:
        """The angles in degrees, float64."""
        return torch.rad2deg(self._radians.value)

    def forward(self, x: Tensor) -> Tensor:
        return self._scale * each_part(x, lambda image: radon.project(image, self._angles(image), self.out_shape[2]))

    def adjoint(self, y: Tensor) -> Tensor:
        size = self.in_shape[1], self.in_shape[2]
        return self._scale * each_part(y, lambda image: radon.backproject(image, self._angles(image), size))

    def blocks(self, count: int) -> tuple[OperatorBlock, ...]:
        degrees = tuple(self.degrees().tolist())
        count = min(count, len(degrees))
        return tuple(
            OperatorBlock(Radon(self.shape, degrees[s::count]), partial(angles, s, count)) for s in range(count)
        )

    def _angles(self, x: Tensor) -> Tensor:
        return self._radians.like(x.new_empty(0, dtype=torch.float64))  # at full precision on the device of x
