"""Gaussian noise with a power law: the misfit of a Sobolev space."""

import functools
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.noise.base import Noise
from workbench.noise.likelihood import Likelihood
from workbench.parameters import Range
from workbench.tensors import Constant, Shape, dot, norm2, normal_like


@dataclass(frozen=True)
class SobolevNoise(Noise):
    """y = clean + sigma W^-1 n, so nll = |W (clean - y)|^2 / (2 sigma^2), W = (1 + |k|^2)^(order / 2) over Fourier k.

    k counts whole periods along each axis after the channels. order < 0 forgives high frequencies, > 0 low ones, 0 is
    Gaussian noise. `curvature` and `precision` are the diagonal of the Hessian, `hvp` all of it; the prox is closed.
    """

    formula = (
        r"-\log p(y \mid \bar y) = \frac{1}{2\sigma^2} \sum_k (1 + |k|^2)^{s}\, |F(\bar y - y)_k|^2, \quad s "
        r"= \text{order}"
    )

    sigma: Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "standard deviation at frequency 0"] = 0.05
    order: Annotated[float, Range(-2, 2, limits=(-10, 10)), "order s of the space H^s"] = -0.5

    can = (
        Likelihood.GRAD
        | Likelihood.LIPSCHITZ
        | Likelihood.PROX
        | Likelihood.CONVEX
        | Likelihood.QUADRATIC
        | Likelihood.COMPLEX
        | Likelihood.CONJUGATE
    )

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        return clean + self.sigma * _filtered(normal_like(clean, rng), self._weights(clean).rsqrt())

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        return dot(clean - y, self.grad(clean, y)) / 2

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return self.hvp(clean, y, clean - y)

    def hvp(self, clean: Tensor, y: Tensor, v: Tensor) -> Tensor:
        return _filtered(v, self._weights(v)) / self.sigma**2

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        return self.precision(clean)

    def precision(self, clean: Tensor) -> Tensor:
        return (self._weights(clean).mean() / self.sigma**2).expand(clean.shape).contiguous()

    def lipschitz(self, y: Tensor) -> float:
        return float(self._weights(y).max()) / self.sigma**2

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        pull = step / self.sigma**2 * self._weights(v)
        return y + _filtered(v - y, 1 / (1 + pull))

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        return dot(p, y) + self.sigma**2 / 2 * norm2(_filtered(p, self._weights(p).rsqrt()))

    def expected(self, y: Tensor) -> float:
        return y[0].numel() * (1.0 if y.is_complex() else 0.5)

    def _weights(self, x: Tensor) -> Tensor:
        """W^2 over the frequencies of the space axes of x."""
        return _powers(tuple(x.shape[2:]), self.order).like(x)


@functools.lru_cache(maxsize=32)
def _powers(space: Shape, order: float) -> Constant:
    square = torch.zeros((), dtype=torch.float64)
    for side in space:
        square = square[..., None] + (torch.fft.fftfreq(side, dtype=torch.float64) * side).square()
    return Constant((1 + square) ** order)


def _filtered(x: Tensor, gain: Tensor) -> Tensor:
    """x with each frequency along its space axes multiplied by a real, even gain."""
    axes = tuple(range(2, x.ndim))
    if not axes:
        return gain * x
    y = torch.fft.ifftn(gain * torch.fft.fftn(x, dim=axes), dim=axes)
    return y if x.is_complex() else y.real
