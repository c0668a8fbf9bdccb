"""Tomography with a point source."""

import math
from functools import partial
from typing import Annotated, Self

import torch
from torch import Tensor

from workbench.kernels import fan
from workbench.operators.base import OperatorBlock, SignalShape
from workbench.operators.integrals.filtering import Window, arc, redundancy, shares
from workbench.operators.integrals.scan import ANGLES, Angles, Detectors, Offset, Pixel, Scan
from workbench.operators.rows import angles
from workbench.operators.shapes import each_part, space_of
from workbench.parameters import Range, changed
from workbench.tensors import Shape


class FanBeamRadon(Scan):
    """Line integrals along rays that leave a source on a circle around the image: (C, H, W) -> (C, angles, bins).

    The flat detector is measured where it would pass through the centre: bins as wide as pixels, as many as see every
    corner where `detectors` gives no other number; the ray through the axis of rotation falls on bin
    (bins - 1) / 2 + offset. Lengths are in units of the image's longer side, or in that of `pixel`, the pitch of the
    real detector over its magnification. Linear interpolation (Joseph 1982) and its exact transpose.
    """

    formula = r"(Ax)_{\beta,\gamma} = \int_{\ell(\beta,\gamma)} x\, ds"

    turn = 360.0

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        angles: Annotated[
            Angles, ANGLES, "number of equally spaced angles over 360 degrees, or the angles in degrees"
        ] = 90,
        distance: Annotated[
            float, Range(1, 8, log=True, unit="longer sides", limits=(0.8, 1e3)), "source to the centre"
        ] = 2.0,
        detectors: Detectors = None,
        offset: Offset = 0.0,
        pixel: Pixel = None,
    ) -> None:
        size = space_of(shape, "FanBeamRadon", (2,))
        radius, source = math.hypot(*size) / 2, distance * max(size)
        super().__init__(shape, angles, detectors, offset, pixel, 2 * radius / math.sqrt(1 - (radius / source) ** 2))
        self.distance = distance
        self._source, self._seen = source, math.asin(radius / source)  # and the half angle under which it sees all

    def forward(self, x: Tensor) -> Tensor:
        rays = self._source, self.out_shape[2], self.offset
        return self.width * each_part(x, lambda image: fan.project(image, self._angles(image), *rays))

    def adjoint(self, y: Tensor) -> Tensor:
        rays = self._source, (self.in_shape[1], self.in_shape[2]), self.offset
        return self.width * each_part(y, lambda image: fan.backproject(image, self._angles(image), *rays))

    def fitted_to_data(self, shape: Shape) -> Self:
        """As for every scan; the source stays where it is by a `distance` in widths of the detector."""
        made = super().fitted_to_data(shape)
        return made if made is self else changed(made, distance=self.distance * shape[2] / made.in_shape[2])

    def filtered_backprojection(self, y: Tensor, window: Window) -> Tensor:
        """Of a whole turn or a short scan, with weights for rays met twice (Kak & Slaney 1988, section 3.4.2).

        What is filtered reaches beyond a detector that is narrower than the image: there it is not 0.
        """
        across, views = self._across(), self._radians.value
        weights = shares(views, 2 * math.pi)[:, None] * redundancy(views, across) * across.cos()
        return each_part(y, lambda part: self._backprojected(self._filtered(weights.to(part) * part, window)))

    def missing_views(self) -> str:
        """A short scan has to cover half a turn and the fan: elsewhere lines through the image are not measured."""
        needed = math.pi + 2 * min(float(self._across().abs().max()), self._seen)
        turned = arc(self._radians.value)[1]
        if turned > needed - 1e-6:
            return super().missing_views()
        return f"views over {math.degrees(needed):.0f} degrees, half a turn and the fan, not {math.degrees(turned):.0f}"

    def _across(self) -> Tensor:
        """The angle of the ray of each bin to the one through the axis of rotation."""
        return torch.atan(self.places() / self._source)

    def _backprojected(self, filtered: Tensor) -> Tensor:
        """The sum over views of what lies on the ray through each pixel, by 1 / (its distance from the source)^2."""
        height, width = self.in_shape[1:]
        kind = {"dtype": torch.float64, "device": filtered.device}
        right = torch.arange(width, **kind) - (width - 1) / 2
        up = (height - 1) / 2 - torch.arange(height, **kind)[:, None]
        bins, total = filtered.shape[2], filtered.new_zeros(len(filtered), height, width)
        for a, angle in enumerate(self._angles(filtered)):
            near = 1 + (right * angle.sin() - up * angle.cos()) / self._source
            place = (right * angle.cos() + up * angle.sin()) / near + (bins - 1) / 2 + self.offset
            padded = torch.nn.functional.pad(filtered[:, a], (1, 1))
            place = place.clamp(-1, bins) + 1
            left = place.floor().clamp_max(bins)
            part, index = (place - left).to(filtered), left.long()
            total += (padded[:, index] * (1 - part) + padded[:, index + 1] * part) / near.square().to(filtered)
        return total

    def blocks(self, count: int) -> tuple[OperatorBlock, ...]:
        degrees = tuple(self.degrees().tolist())
        count = min(count, len(degrees))
        parts = [changed(self, angles=degrees[s::count]) for s in range(count)]
        return tuple(OperatorBlock(part, partial(angles, s, count)) for s, part in enumerate(parts))
