"""A prior with a potential whose gradient is what a denoiser takes away."""

import math
from typing import Annotated

from torch import Tensor

from workbench.denoisers import GradientStepDenoiser
from workbench.parameters import Range
from workbench.priors.base import Weight
from workbench.priors.can import Can
from workbench.priors.learned.learned import Channelwise, Learned

_BEND = 3.0  # above the largest curvature upwards of N found on pictures, on noise of any size, and on both


class GradientStep(Learned):
    """g(x) = weight N(x, sigma) / sigma^2, N the potential of a denoiser D(x, sigma) = x - grad N(x, sigma).

    Near -log p of pictures with noise sigma, at weight 1. It has a value, so that plug-and-play with D is descent on an
    objective. `lipschitz` bounds the curvature upwards; it was measured and is not proven. Hurault, Leclaire &
    Papadakis 2022, arXiv:2110.03220.
    """

    formula = r"g(x) = \frac{w}{\sigma^2} N(x, \sigma), \quad D(x, \sigma) = x - \nabla N(x, \sigma)"

    can = Can.VALUE | Can.GRAD | Can.DENOISE

    def __init__(
        self,
        weight: Weight = 1.0,
        sigma: Annotated[float, Range(0.01, 0.2, log=True, limits=(1e-4, 1)), "noise that g smooths away"] = 0.05,
        channelwise: Channelwise = False,
    ) -> None:
        super().__init__()
        self.weight, self.sigma, self.channelwise = weight, sigma, channelwise

    def forward(self, x: Tensor) -> Tensor:
        potential = self._each(x, lambda pictures: self._as(GradientStepDenoiser, x).potential(pictures, self.sigma))
        return self.weight / self.sigma**2 * potential

    def grad(self, x: Tensor) -> Tensor:
        slope = self._each(x, lambda pictures: self._as(GradientStepDenoiser, x).slope(pictures, self.sigma))
        return self.weight / self.sigma**2 * slope

    def lipschitz(self) -> float:
        return self.weight / self.sigma**2 * _BEND

    def strong_convexity(self) -> float:
        return -math.inf

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        return self._each(x, lambda pictures: self._as(GradientStepDenoiser, x)(pictures, sigma))

    def _name(self, channels: int) -> str:
        return "gradient_step" if channels == 1 else ""
