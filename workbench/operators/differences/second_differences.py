"""Second differences of neighbouring pixels, as a symmetric matrix in each."""

import functools
import math

import numpy as np
import torch
from torch import Tensor

from workbench.kernels import tgv as kernel
from workbench.operators.base import LinearOperator
from workbench.tensors import Constant, Shape

_PASSES = 2  # solve, and solve for what rounding left


class SecondDifferences(LinearOperator):
    """E D x, symmetrised backward differences of forward ones: x_11, x_22 and sqrt 2 x_12; x_11 alone of a signal.

    (C, *space) -> (C, m, *space), m = 3 or 1. Where it would reach outside it is 0: what is affine has none.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape, (shape[0], 2 * len(shape) - 3, *shape[1:]))
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return kernel.second(x)

    def adjoint(self, y: Tensor) -> Tensor:
        return kernel.second_adjoint(y)

    def adjoint_inverse(self, x: Tensor) -> Tensor:
        # Not the least one: what is mixed in it is a constant.
        q = torch.zeros((len(x), *self.out_shape), dtype=x.dtype, device=x.device)
        for _ in range(_PASSES):
            q = q + self._solve(x - self.adjoint(q))
        return q

    def _solve(self, x: Tensor) -> Tensor:
        """A q with adjoint(q) = x less its affine part: its second differences along the axes, and one constant.

        Those along the axes do not see the product of the coordinates; a constant mixed difference takes it away.
        """
        space = self.shape[1:]
        x = x - _shares(x, _affine(space)).sum(0)
        q = torch.zeros((len(x), *self.out_shape), dtype=x.dtype, device=x.device)
        if len(space) == 2 and min(space) > 1:
            product = _twist(space).like(x)
            mixed = torch.zeros_like(q)
            mixed[:, :, 2] = kernel.second(product[None, None])[0, 0, 2]
            seen = self.adjoint(mixed)
            share = (x * product).sum((-2, -1), keepdim=True) / (seen * product).sum((-2, -1), keepdim=True)
            q, x = share[:, :, None] * mixed, x - share * seen
        bases, values = zip(*(_beam(n) for n in space), strict=True)
        total = values[0].like(x) if len(space) == 1 else values[0].like(x)[:, None] + values[1].like(x)
        modes = _turned(x, [b.like(x) for b in bases])
        modes = torch.where(total > 0, modes / torch.where(total > 0, total, 1), 0)
        solved = kernel.second(_turned(modes, [b.like(x).T for b in bases]))
        q[:, :, :2] += solved[:, :, :2]
        return q


def _turned(x: Tensor, matrices: list[Tensor]) -> Tensor:
    """Each space axis of x multiplied by its matrix."""
    for axis, matrix in enumerate(matrices, 2):
        x = torch.movedim(torch.movedim(x, axis, -1) @ matrix.to(x.dtype).T, -1, axis)
    return x


def _shares(x: Tensor, modes: Constant) -> Tensor:
    """The parts of x along orthonormal modes (M, *space): (M, B, C, *space)."""
    found = [(x * mode).flatten(2).sum(2).reshape(*x.shape[:2], *[1] * mode.ndim) * mode for mode in modes.like(x)]
    return torch.stack(found)


@functools.cache
def _beam(n: int) -> tuple[Constant, Constant]:
    """Modes of second differences with free ends, as rows, and their eigenvalues, 0 for the two affine ones."""
    differences = np.diff(np.eye(n), 2, axis=0) if n > 2 else np.zeros((0, n))
    _, values, modes = np.linalg.svd(differences)
    return Constant(torch.from_numpy(modes)), Constant(torch.from_numpy(np.pad(values**2, (0, n - len(values)))))


@functools.cache
def _affine(space: Shape) -> Constant:
    """The constant and the coordinates, orthonormal on the grid: (M, *space)."""
    flat = torch.ones(space, dtype=torch.float64) / math.sqrt(math.prod(space))
    return Constant(torch.stack([flat, *(_unit(_coordinate(space, k)) for k, n in enumerate(space) if n > 1)]))


@functools.cache
def _twist(space: Shape) -> Constant:
    """The product of the coordinates."""
    return Constant(_unit(_coordinate(space, 0) * _coordinate(space, 1)))


def _coordinate(space: Shape, axis: int) -> Tensor:
    line = torch.arange(space[axis], dtype=torch.float64)
    return torch.movedim((line - line.mean()).expand(*space[:axis], *space[axis + 1 :], -1), -1, axis)


def _unit(mode: Tensor) -> Tensor:
    return mode / mode.norm()
