"""Differences of first or second order, at ends of three kinds."""

import functools
import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.cosine import Boundary, diagonal_in_modes, laplacian
from workbench.operators.diagonalisation import Diagonalisation
from workbench.operators.differences.spacing import Axes, Spacing, scale_of
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.tensors import Constant, Shape


class FiniteDifference(LinearOperator):
    """x[i+1] - x[i] (order 1) or x[i-1] - 2 x[i] + x[i+1] (order 2) along each of d axes: -> (C, d, *space).

    Those along axis a are divided by h_a^order, its spacing h_a being the side of a pixel there, and are 0 where `axes`
    leave it out. Beyond its ends the signal goes round ("periodic"), repeats its last pixel ("reflect") or is 0
    ("zero").
    """

    formula = r"(Ax)_i = (x_{i+1} - x_i) / h \quad\text{or}\quad (x_{i-1} - 2 x_i + x_{i+1}) / h^2"

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        order: Annotated[int, Range(1, 2), "order of the differences"] = 2,
        boundary: Annotated[Boundary, "the signal beyond its ends"] = "reflect",
        spacing: Spacing = (),
        axes: Axes = (),
    ) -> None:
        space = space_of(shape, "FiniteDifference")
        super().__init__(shape, (shape[0], len(space), *space))
        self.shape, self.order, self.spacing, self.axes = shape, order, spacing, axes
        self.boundary: Boundary = boundary
        self._scale = scale_of(spacing, shape, "FiniteDifference", axes) or (1.0,) * len(space)
        self._eigenvalues = Constant(_eigenvalues(space, order, boundary, self._scale))

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([self._along(x, axis) for axis in range(2, x.ndim)], 2)

    def adjoint(self, y: Tensor) -> Tensor:
        return torch.stack([self._back(part, axis) for axis, part in enumerate(y.unbind(2), 2)]).sum(0)

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation | None:
        # The zero boundary has sines for a basis, which no transform here makes.
        return None if self.boundary == "zero" else diagonal_in_modes(self._eigenvalues, self.boundary)

    def closed_norm(self) -> float:
        return math.sqrt(float(self._eigenvalues.value.max()))

    def spectrum(self) -> Tensor:
        return self._eigenvalues.value.flatten().repeat(self.shape[0])

    def _along(self, x: Tensor, axis: int) -> Tensor:
        ahead = _neighbour(x, axis, 1, self.boundary)
        steps = ahead - x if self.order == 1 else ahead - 2 * x + _neighbour(x, axis, -1, self.boundary)
        return self._per(axis) * steps

    def _back(self, y: Tensor, axis: int) -> Tensor:
        if self.order == 2:
            return self._along(y, axis)  # a symmetric matrix
        if self.boundary == "reflect":
            y = torch.cat([y.narrow(axis, 0, y.shape[axis] - 1), torch.zeros_like(y.narrow(axis, 0, 1))], axis)
        return self._per(axis) * (_neighbour(y, axis, -1, "periodic" if self.boundary == "periodic" else "zero") - y)

    def _per(self, axis: int) -> float:
        return self._scale[axis - 2] ** self.order


def _eigenvalues(space: Shape, order: int, boundary: Boundary, scale: tuple[float, ...]) -> Tensor:
    """Those of D*D over space."""
    if order == 2 or boundary != "zero":
        return laplacian(space, boundary, order, scale)
    # One end of D*D is free and the other 0, as every second mode of twice the length with both 0.
    values = torch.zeros((), dtype=torch.float64)
    for n, per in zip(space, scale, strict=True):
        values = values[..., None] + laplacian((2 * n,), "zero", scale=(per,))[::2]
    return values


def _neighbour(x: Tensor, axis: int, step: int, boundary: Boundary) -> Tensor:
    """x[i + step] along an axis, step being 1 or -1."""
    if boundary == "periodic":
        return x.roll(-step, axis)
    n = x.shape[axis]
    end = x.narrow(axis, n - 1 if step > 0 else 0, 1)
    beyond = end if boundary == "reflect" else torch.zeros_like(end)
    rest = x.narrow(axis, max(step, 0), n - 1)
    return torch.cat([rest, beyond] if step > 0 else [beyond, rest], axis)
