"""Stationary Gaussian signals, whose posterior is known."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Basis
from workbench.operators.cosine import filtered
from workbench.parameters import Range
from workbench.priors.base import Prior
from workbench.priors.can import CLOSED_QUADRATIC, Can
from workbench.priors.gaussian.sobolev import Sobolev, gain
from workbench.tensors import Shape, dot, normal_like

Mean = Annotated[float, Range(0, 1, limits=(-1e6, 1e6)), "mean of every pixel"]
Deviation = Annotated[
    float, Range(0.05, 20, log=True, limits=(1e-6, 1e6)), "standard deviation of slow modes, in an orthonormal basis"
]


class GaussianProcess(Prior):
    """x ~ N(mean, C), C diagonal in Fourier: c(w) = deviation^2 (1 + |length w|^2)^-order, w in rad/px.

    g(x) = |C^-1/2 (x - mean)|^2 / 2, Sobolev's form about the mean: a field of Matern's covariance that goes round. A
    pixel has the variance mean over w of c(w); of a complex signal each of the two parts has it. Everything about it
    is exact: density, denoiser (Wiener's filter), samples and, behind a linear operator, the posterior.
    Whittle 1954, doi 10.1093/biomet/41.3-4.434; Wiener 1949.
    """

    formula = (
        r"x \sim \mathcal{N}(\mu, C), \quad c(\omega) = \text{deviation}^2\, (1 + |\ell "
        r"\omega|^2)^{-\text{order}}"
    )

    can = CLOSED_QUADRATIC | Can.SCORE | Can.SAMPLE

    def __init__(
        self,
        mean: Mean = 0.5,
        deviation: Deviation = 1.0,
        order: Annotated[float, Range(0, 3, limits=(-10, 10)), "order s: how smooth"] = 1.0,
        length: Annotated[
            float, Range(0.1, 30, log=True, unit="px", limits=(1e-6, 1e6)), "details shorter than this are rare"
        ] = 3.0,
    ) -> None:
        super().__init__()
        self.mean, self.deviation, self.order, self.length = mean, deviation, order, length
        self._form = Sobolev(deviation**-2, order, length)

    def forward(self, x: Tensor) -> Tensor:
        return self._form(x - self.mean)

    def grad(self, x: Tensor) -> Tensor:
        return self._form.grad(x - self.mean)

    def lipschitz(self) -> float:
        return self._form.lipschitz()

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self._form.hvp(x, v)

    def spectrum(self, x: Tensor, basis: Basis) -> Tensor | None:
        return self._form.spectrum(x, basis)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return self.mean + self._form.prox(x - self.mean, step)

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        return self.prox(x, sigma**2)  # the mean of a Gaussian is its mode

    def conjugate(self, z: Tensor) -> Tensor:
        return dot(self.centre(z), z) + self._form.conjugate(z)

    def strong_convexity(self) -> float:
        return self._form.strong_convexity()

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return self._form.unfit(shape, dtype)

    def spectrum_of(self, x: Tensor, sigma: float = 0.0) -> Tensor:
        """The variance of each mode of a signal like x with noise of sigma, (*space), in the order of fftn."""
        return self.deviation**2 / gain(tuple(x.shape[2:]), self.order, self.length, False).like(x) + sigma**2

    def whitened(self, x: Tensor, sigma: float = 0.0) -> Tensor:
        """(C + sigma^2)^-1 x."""
        return filtered(x, 1 / self.spectrum_of(x, sigma), "periodic")

    def log_density(self, x: Tensor, sigma: float = 0.0) -> Tensor:
        """log p of x, a signal with noise of sigma, (B,)."""
        away = x - self.mean
        modes = (2 * math.pi * self.spectrum_of(x, sigma)).log().mean() * x[0].numel() * (2 if x.is_complex() else 1)
        return -(dot(away, self.whitened(away, sigma)) + modes) / 2

    def coloured(self, white: Tensor) -> Tensor:
        """C^1/2 times white noise."""
        return filtered(white, self.spectrum_of(white).sqrt(), "periodic")

    def centre(self, like: Tensor) -> Tensor:
        return torch.full_like(like, self.mean)

    def sample(self, like: Tensor, rng: torch.Generator) -> Tensor:
        return self.mean + self.coloured(normal_like(like, rng))
