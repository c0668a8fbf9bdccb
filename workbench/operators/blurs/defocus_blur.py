"""Convolution with a disk."""

from typing import Annotated

from workbench.operators.base import SignalShape
from workbench.operators.blurs.periodic_convolution import PeriodicConvolution
from workbench.operators.blurs.point_spread import distance, of_sum_one
from workbench.parameters import Range


class DefocusBlur(PeriodicConvolution):
    """Convolution with a disk, the image of a point out of focus; its edge falls over one pixel; sum 1."""

    formula = r"A x = k * x, \quad k(d) \propto \mathbb{1}[d \le \text{radius}]"
    scales = True

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        radius: Annotated[float, Range(0.5, 12, unit="px", limits=(0, 1e4)), "radius of the disk"] = 3.0,
    ) -> None:
        super().__init__(shape, of_sum_one((radius + 0.5 - distance(shape, "DefocusBlur")).clamp(0, 1)))
        self.radius = radius
