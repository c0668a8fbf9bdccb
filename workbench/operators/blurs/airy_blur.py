"""Convolution with what diffraction makes of a point."""

from typing import Annotated

import torch

from workbench.operators.base import SignalShape
from workbench.operators.blurs.periodic_convolution import PeriodicConvolution
from workbench.operators.blurs.point_spread import distance, of_sum_one
from workbench.parameters import Range


class AiryBlur(PeriodicConvolution):
    """Convolution with (2 J1(v) / v)^2, v = 3.8317 d / radius: diffraction at a round aperture; sum 1."""

    formula = r"A x = k * x, \quad k(d) \propto \left(\frac{2 J_1(v)}{v}\right)^2, \quad v = 3.8317\, d / \text{radius}"
    scales = True

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        radius: Annotated[
            float, Range(0.8, 12, log=True, unit="px", limits=(0.01, 1e4)), "radius of the first dark ring"
        ] = 3.0,
    ) -> None:
        v = 3.8317059702075123 / radius * distance(shape, "AiryBlur")
        ring = torch.where(v > 0, 2 * torch.special.bessel_j1(v) / v.clamp_min(1e-300), 1)
        super().__init__(shape, of_sum_one(ring.square()))
        self.radius = radius
