"""The integral from 0 on."""

import functools
import math

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.cosine import laplacian
from workbench.operators.diagonalisation import Diagonalisation
from workbench.operators.shapes import space_of
from workbench.tensors import Constant


class Integration(LinearOperator):
    """(A x)[i] = h sum_{j <= i} x[j], h = 1 / n: the integral from 0 to the end of sample i; differentiation.

    Singular values h / (2 sin(pi (2k - 1) / (4n + 2))), k = 1 .. n.
    """

    formula = r"(Ax)_i = h \sum_{j \le i} x_j, \quad h = 1/n"

    nonnegative = True

    def __init__(self, shape: SignalShape = (1, 64)) -> None:
        (self._n,) = space_of(shape, "Integration", (1,))
        super().__init__(shape, shape)
        self.shape = shape
        # The inverse of A*A takes differences that are free at the start and 0 past the end.
        self._eigenvalues = Constant(1 / (self._n**2 * laplacian((2 * self._n,), "zero")[::2]))

    def forward(self, x: Tensor) -> Tensor:
        return x.cumsum(-1) / self._n

    def adjoint(self, y: Tensor) -> Tensor:
        return y.flip(-1).cumsum(-1).flip(-1) / self._n

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation:
        return Diagonalisation(self._eigenvalues, _filtered)

    @functools.cached_property
    def data_diagonal(self) -> Diagonalisation:
        return Diagonalisation(self._eigenvalues, _filtered_backwards)

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        return self._n * y.diff(dim=-1, prepend=torch.zeros_like(y[..., :1]))


def _filtered(x: Tensor, gain: Tensor) -> Tensor:
    return _odd_cosines(gain * _odd_cosines(x))


def _filtered_backwards(y: Tensor, gain: Tensor) -> Tensor:
    return _filtered(y.flip(-1), gain).flip(-1)  # A A* is A*A from the other end


def _odd_cosines(x: Tensor) -> Tensor:
    """The orthonormal DCT-VIII, its own inverse: 2 / sqrt(2n + 1) sum_j x[j] cos(pi (2j + 1)(2k + 1) / (4n + 2))."""
    n = x.shape[-1]
    spaced = torch.stack([torch.zeros_like(x), x], -1).flatten(-2)  # x[j] at 2j + 1
    padded = torch.nn.functional.pad(spaced, (0, 6 * n + 4))
    mirrored = torch.nn.functional.pad(spaced[..., 1:].flip(-1), (6 * n + 5, 0))
    found = torch.fft.fft(padded + mirrored)[..., 1 : 2 * n : 2] / math.sqrt(2 * n + 1)
    return found if x.is_complex() else found.real
