"""Convolution with a Gaussian."""

from typing import Annotated

import torch

from workbench.operators.base import SignalShape
from workbench.operators.blurs.periodic_convolution import PeriodicConvolution
from workbench.operators.shapes import space_of
from workbench.parameters import Range


class GaussianBlur(PeriodicConvolution):
    """Convolution with exp(-d^2 / (2 width^2)), d the periodic distance along each axis, normalised to sum 1."""

    formula = r"A x = k * x, \quad k(d) \propto \exp\left(-\frac{d^2}{2\, \text{width}^2}\right)"
    scales = True

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        width: Annotated[
            float, Range(0.3, 8, log=True, unit="px", limits=(0.01, 1e4)), "standard deviation of the kernel"
        ] = 1.5,
    ) -> None:
        kernel = torch.ones((), dtype=torch.float64)
        for side in space_of(shape, "GaussianBlur"):
            index = torch.arange(side, dtype=torch.float64)
            line = torch.exp(-(torch.minimum(index, side - index) ** 2) / (2 * width**2))
            kernel = kernel[..., None] * (line / line.sum())
        super().__init__(shape, kernel)
        self.width = width
