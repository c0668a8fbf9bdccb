"""The quadratic priors of Sobolev spaces, diagonal in Fourier."""

import functools
import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Basis, LinearOperator
from workbench.operators.cosine import filtered
from workbench.operators.diagonalisation import reciprocal
from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import CLOSED_QUADRATIC, Can
from workbench.priors.gaussian.tikhonov import Tikhonov
from workbench.priors.norm_balls import zero_inside
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, dot, norm2, shown

_AXES = 3  # a signal has no more of them in space
_ROUNDING = 64  # in units of the last place: what a transform and back leaves


class Sobolev(Prior):
    """g(x) = weight / 2 sum over w of (1 + |length w|^2)^order |Fx(w)|^2, w in rad/px: H^s, s = order.

    F is the orthonormal Fourier transform: the signal goes round. It is -log of a Gaussian field of Matern covariance
    with this correlation length. Homogeneous, the seminorm: |length w|^(2 order), and the mean of a channel is free.
    Refuses a homogeneous order below 0.
    """

    formula = r"g(x) = \frac{w}{2} \sum_\omega (1 + |\ell \omega|^2)^{s}\, |(Fx)_\omega|^2, \quad s = \text{order}"

    can = CLOSED_QUADRATIC | Can.SCORE

    def __init__(
        self,
        weight: Weight = 2.0,
        order: Annotated[float, Range(-2, 3, limits=(-10, 10)), "order s: how smooth"] = 1.0,
        length: Annotated[
            float, Range(0.1, 30, log=True, unit="px", limits=(1e-6, 1e6)), "details shorter than this cost"
        ] = 3.0,
        homogeneous: Annotated[bool, "the seminorm, which leaves the mean free"] = False,
    ) -> None:
        super().__init__()
        if homogeneous and order < 0:
            raise Refusal("an order of at least 0 for a seminorm", f"{order:g}", "take the norm: homogeneous = false")
        self.weight, self.order, self.length, self.homogeneous = weight, order, length, homogeneous

    def forward(self, x: Tensor) -> Tensor:
        return dot(x, self.grad(x)) / 2

    def grad(self, x: Tensor) -> Tensor:
        return filtered(x, self.weight * self._gain(x), "periodic")

    def lipschitz(self) -> float:
        # The highest frequency that any signal has, pi along each axis.
        highest = _AXES * (math.pi * self.length) ** 2
        return self.weight * ((0 if self.homogeneous else 1) + highest) ** max(self.order, 0.0)

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.grad(v)

    def spectrum(self, x: Tensor, basis: Basis) -> Tensor | None:
        return (self.weight * self._gain(x)).expand(x.shape) if basis == "fourier" else None

    def prox(self, x: Tensor, step: float) -> Tensor:
        return filtered(x, 1 / (1 + step * self.weight * self._gain(x)), "periodic")

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        curvature = self.weight * self._gain(z)
        kept = torch.where(curvature > 0, curvature / (curvature + step), 0)
        return filtered(z, kept, "periodic")

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        return self.prox(x, sigma**2)  # the mean of a Gaussian is its mode

    def conjugate(self, z: Tensor) -> Tensor:
        if self.weight == 0:
            return zero_inside(z.abs(), 0.0)
        value = norm2(filtered(z, reciprocal(self._gain(z)).sqrt(), "periodic")) / (2 * self.weight)
        if not self.homogeneous:
            return value
        free = z.flatten(2).mean(2).abs().amax(1) * math.sqrt(math.prod(z.shape[2:]))
        slack = _ROUNDING * torch.finfo(free.dtype).eps * norm2(z).sqrt()
        return torch.where(free > slack, torch.inf, value)

    def dual_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        return Tikhonov(self.weight), _Filter(shape, gain(shape[1:], self.order, self.length, self.homogeneous))

    def strong_convexity(self) -> float:
        if self.homogeneous:
            return 0.0
        return self.weight * (1 + _AXES * (math.pi * self.length) ** 2) ** min(self.order, 0.0)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return "" if len(shape) > 1 else f"a signal of {shown(shape)} has no space to be smooth in: add an axis"

    def _gain(self, x: Tensor) -> Tensor:
        return gain(tuple(x.shape[2:]), self.order, self.length, self.homogeneous).like(x)


@functools.lru_cache(maxsize=32)
def gain(space: Shape, order: float, length: float, homogeneous: bool) -> Constant:
    """The weight of each frequency, in the order of fftn."""
    square = torch.zeros((), dtype=torch.float64)
    for side in space:
        square = square[..., None] + (2 * math.pi * length * torch.fft.fftfreq(side, dtype=torch.float64)).square()
    values = (square + (0 if homogeneous else 1)) ** order
    if homogeneous:
        values[(0,) * len(space)] = 0
    return Constant(values)


class _Filter(LinearOperator):
    """x with each frequency times the root of a gain: its own adjoint."""

    def __init__(self, shape: Shape, gain: Constant) -> None:
        super().__init__(shape, shape)
        self._root = Constant(gain.value.sqrt())

    def forward(self, x: Tensor) -> Tensor:
        return filtered(x, self._root.like(x), "periodic")

    def adjoint(self, y: Tensor) -> Tensor:
        return self(y)

    def closed_norm(self) -> float:
        return float(self._root.value.max())

    def adjoint_inverse(self, x: Tensor) -> Tensor:
        return filtered(x, reciprocal(self._root.like(x)), "periodic")
