"""Fewer, larger pixels."""

import functools
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.diagonalisation import Diagonalisation, weighted
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Constant, shown


class Downsample(LinearOperator):
    """The mean of each block of `factor` pixels along every axis: super-resolution. A A* = I / factor^axes."""

    formula = r"(Ax)_i = \frac{1}{|B_i|} \sum_{j \in B_i} x_j, \quad B_i \text{ a block of pixels}"

    nonnegative = True
    scales = True

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        factor: Annotated[int, Range(1, 8, unit="px", limits=(1, 4096)), "side of a block"] = 2,
    ) -> None:
        space = space_of(shape, "Downsample")
        if any(side % factor for side in space):
            nearest = tuple(max(1, round(side / factor)) * factor for side in space)
            came, remedy = shown(shape), f"take {shown((shape[0], *nearest))} or another factor"
            raise Refusal(f"sides divisible by {factor} for Downsample", came, remedy)
        super().__init__(shape, (shape[0], *[side // factor for side in space]))
        self.shape, self.factor = shape, factor
        self._gain = factor ** -len(space)  # the eigenvalue of A*A on signals that are constant in each block

    def forward(self, x: Tensor) -> Tensor:
        for axis in range(2, x.ndim):
            x = x.unflatten(axis, (-1, self.factor)).mean(axis + 1)
        return x

    def adjoint(self, y: Tensor) -> Tensor:
        return self._gain * self._repeat(y)

    @functools.cached_property
    def data_diagonal(self) -> Diagonalisation:
        return Diagonalisation(Constant(torch.tensor(self._gain, dtype=torch.float64)), weighted)

    def _repeat(self, y: Tensor) -> Tensor:
        for axis in range(2, y.ndim):
            y = y.repeat_interleave(self.factor, axis)
        return y
