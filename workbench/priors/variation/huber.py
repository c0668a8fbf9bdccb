"""Smooth near 0 and linear beyond: the Huber function of entries, of groups, and of differences."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.operators.differences.gradient import Gradient
from workbench.operators.differences.spacing import Axes, Spacing
from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.norm_balls import into_ball, no_axis, zero_inside
from workbench.priors.variation.around import around
from workbench.priors.variation.grids import longest, no_differences
from workbench.tensors import Shape, abs2

Delta = Annotated[float, Range(1e-3, 1, log=True, limits=(1e-9, 1e9)), "modulus up to which it is a parabola"]


class Huber(Prior):
    """g(x) = weight sum h(|x|), h(r) = r^2 / (2 delta) up to delta, r - delta / 2 beyond. Huber 1964.

    |x| is the modulus of an entry or, with an axis, the Euclidean norm along it. doi 10.1214/aoms/1177703732.
    """

    formula = r"g(x) = w \sum_i h_\delta(|x_i|)"

    can = Can.VALUE | Can.GRAD | Can.HVP | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE
    keeps_sign = True

    def __init__(
        self,
        weight: Weight = 1.0,
        delta: Delta = 0.05,
        axis: Annotated[
            int | None, Range(1, 4), "axis of (batch, channel, ...) whose entries form a group; none: entries"
        ] = None,
    ) -> None:
        super().__init__()
        self.weight, self.delta, self.axis = weight, delta, axis
        self.separable = axis is None

    def forward(self, x: Tensor) -> Tensor:
        energy = self._along(abs2(x))
        inside = energy <= self.delta**2
        linear = self._size(x) - self.delta / 2
        return self.weight * torch.where(inside, energy / (2 * self.delta), linear).flatten(1).sum(1)

    def grad(self, x: Tensor) -> Tensor:
        return self.weight / self._size(x) * x

    def lipschitz(self) -> float:
        return self.weight / self.delta

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        size = self._size(x)
        along = self._along((x.conj() * v).real) / size**3
        return self.weight * (v / size - torch.where(size > self.delta, along, 0) * x)

    def prox(self, x: Tensor, step: float) -> Tensor:
        t, size = step * self.weight, self._size(x)
        # As x (1 - t / size) the parabola's answer, delta / (delta + t) of x, would lose its digits to the 1.
        return x * ((size - t).clamp_min(self.delta) / size.clamp_min(self.delta + t))

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        if self.weight == 0:
            return torch.zeros_like(z)
        z = z / (1 + step * self.delta / self.weight)
        return into_ball(z, self._along(abs2(z)).sqrt(), self.weight)

    def conjugate(self, z: Tensor) -> Tensor:
        energy = self._along(abs2(z))
        outside = zero_inside(energy.sqrt(), self.weight)
        return outside + (self.delta / (2 * self.weight) * energy.flatten(1).sum(1) if self.weight else 0)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return "" if self.axis is None else no_axis(self.axis, shape)

    def _along(self, energy: Tensor) -> Tensor:
        return energy if self.axis is None else energy.sum(self.axis, keepdim=True)

    def _size(self, x: Tensor, least: float | None = None) -> Tensor:
        """The modulus, and `least`, delta if not given, where it is smaller."""
        return self._along(abs2(x)).clamp_min((self.delta if least is None else least) ** 2).sqrt()


class HuberTV(Prior):
    """g(x) = weight sum over pixels of h(|Dx|), h that of Huber: total variation, a parabola up to delta.

    D are the forward differences of each channel along `axes`, divided by their spacing; one to three space axes.
    Isotropic, |Dx| is the Euclidean norm in a pixel; else each difference counts by itself. The gradient has the
    Lipschitz constant weight / delta times the sum over axes of 4 / spacing^2.
    """

    formula = r"g(x) = w \sum_i h_\delta(|(Dx)_i|)"

    can = Can.VALUE | Can.GRAD | Can.HVP | Can.SPLIT | Can.CONVEX
    suits = frozenset({"piecewise constant"})

    def __init__(
        self,
        weight: Weight = 10.0,
        delta: Delta = 0.02,
        isotropic: Annotated[bool, "edges of every direction count by their length; else along the axes"] = True,
        spacing: Spacing = (),
        axes: Axes = (),
    ) -> None:
        super().__init__()
        self.weight, self.delta, self.isotropic = weight, delta, isotropic
        self.spacing, self.axes = spacing, axes
        self._huber = Huber(weight, delta, 2 if isotropic else None)

    def forward(self, x: Tensor) -> Tensor:
        return self._huber(self._gradient(x)(x))

    def grad(self, x: Tensor) -> Tensor:
        D = self._gradient(x)
        return D.adjoint(self._huber.grad(D(x)))

    def lipschitz(self) -> float:
        return longest(self.spacing) * self._huber.lipschitz()

    def lipschitz_on(self, shape: Shape) -> float:
        return longest(self.spacing, len(shape) - 1) * self._huber.lipschitz()

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        D = self._gradient(x)
        return D.adjoint(self._huber.hvp(D(x), D(v)))

    @property
    def outer(self) -> Prior:
        return self._huber

    def linear(self, shape: Shape) -> LinearOperator:
        return Gradient(shape, self.spacing, self.axes)

    def periodic_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        return around(self.outer, shape, self.spacing, self.axes)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_differences(shape, self.spacing, axes=self.axes)

    def _gradient(self, x: Tensor) -> LinearOperator:
        return self.linear(tuple(x.shape[1:]))
