"""Periodic convolutions, diagonal under the Fourier transform."""

import functools
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.diagonalisation import Diagonalisation
from workbench.operators.shapes import space_of
from workbench.refusal import Refusal
from workbench.tensors import Constant, shown


class PeriodicConvolution(LinearOperator):
    """(A x)[i] = sum_j kernel[j] x[i - j], indices modulo the sides, every channel by itself.

    `kernel` is real, float64, of the shape of space, its centre at index 0 of every axis. Sub-classes draw it.
    """

    def __init__(self, shape: SignalShape, kernel: Annotated[Tensor, "kernel, its centre at index 0"]) -> None:
        super().__init__(shape, shape)
        if tuple(kernel.shape) != space_of(shape, type(self).__name__):
            raise Refusal(f"a kernel of {shown(shape[1:])}", shown(tuple(kernel.shape)), "pad it to the signal's sides")
        self.shape, self.kernel, self.nonnegative = shape, kernel, bool((kernel >= 0).all())
        values = torch.fft.fftn(kernel.to(torch.float64))
        # A kernel symmetric about its centre has real eigenvalues; what is left of the imaginary part is rounding.
        symmetric = float(values.imag.abs().max()) <= 1e-14 * float(kernel.abs().sum())
        self._transfer = Constant(values.real.clone() if symmetric else values)
        self._axes = tuple(range(1 - len(shape), 0))

    def transfer(self) -> Tensor:
        """The eigenvalues in the layout of fftn, one set for every channel: float64, or complex128 if asymmetric."""
        return self._transfer.value

    def forward(self, x: Tensor) -> Tensor:
        return self._filter(x, self._transfer.like(x))

    def adjoint(self, y: Tensor) -> Tensor:
        return self._filter(y, self._transfer.like(y).conj())

    @functools.cached_property
    def diagonal(self) -> Diagonalisation:
        return Diagonalisation(self._transfer, self._filter, "fourier")

    def _filter(self, x: Tensor, gain: Tensor) -> Tensor:
        if x.is_complex():
            return torch.fft.ifftn(torch.fft.fftn(x, dim=self._axes).mul_(gain), dim=self._axes)
        half = torch.fft.rfftn(x, dim=self._axes).mul_(gain[..., : gain.shape[-1] // 2 + 1])
        return torch.fft.irfftn(half, s=self.shape[1:], dim=self._axes)
