"""Fewer, larger pixels."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import shown


class Downsample(LinearOperator):
    """The mean of each block of `factor` pixels along every axis: super-resolution. A A* = I / factor^axes."""

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

    def closed_norm(self) -> float:
        return self._gain**0.5

    def spectrum(self) -> Tensor:
        values = torch.zeros(math.prod(self.in_shape), dtype=torch.float64)
        values[: math.prod(self.out_shape)] = self._gain
        return values

    def gram_inverse(self, b: Tensor, c: float) -> Tensor:
        mean = self._repeat(self(b))
        return (b - mean) / c + mean / (self._gain + c)

    def data_inverse(self, b: Tensor, c: float) -> Tensor:
        return b / (self._gain + c)

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        return self._repeat(y)

    def _repeat(self, y: Tensor) -> Tensor:
        for axis in range(2, y.ndim):
            y = y.repeat_interleave(self.factor, axis)
        return y
