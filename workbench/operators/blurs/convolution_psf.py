"""Convolution with any kernel."""

import functools
import itertools
import math
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.blurs.periodic_convolution import PeriodicConvolution
from workbench.operators.diagonalisation import Diagonalisation
from workbench.operators.shapes import space_of
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown

Rows = tuple[tuple[float, ...], ...]
_COMA: Rows = ((0.0, 0.1, 0.05), (0.1, 0.4, 0.15), (0.0, 0.1, 0.1))


class ConvolutionPSF(LinearOperator):
    """(A x)[i] = sum_j kernel[j] x[i - j], every channel by itself; j = 0 is entry side // 2 of each kernel axis.

    Beyond its ends the signal goes round ("periodic") or is 0 ("zero"). The kernel is taken as it is, whatever its sum,
    and has as many axes as space; one of one row suits one axis.
    """

    formula = r"(Ax)_i = \sum_j k_j\, x_{i-j}"

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        kernel: Annotated[Tensor | Rows, "kernel, as an array or row by row"] = _COMA,
        boundary: Annotated[Literal["periodic", "zero"], "the signal beyond its ends"] = "zero",
    ) -> None:
        super().__init__(shape, shape)
        self.shape, self.kernel, self.boundary = shape, kernel, boundary
        space = space_of(shape, "ConvolutionPSF")
        small = _drawn(kernel, len(space))
        # With zeros as wide as the kernel around it, a signal that goes round never meets itself.
        wide = tuple(_fast(side + n - 1) for side, n in zip(space, small.shape, strict=True))
        padded = wide if boundary == "zero" else space
        self._inner = PeriodicConvolution((shape[0], *padded), _wrapped(small, padded))
        self.nonnegative = self._inner.nonnegative
        self._pad = [end for side, whole in zip(space[::-1], padded[::-1], strict=True) for end in (0, whole - side)]

    def forward(self, x: Tensor) -> Tensor:
        return self._cropped(self._inner(self._padded(x)))

    def adjoint(self, y: Tensor) -> Tensor:
        return self._cropped(self._inner.adjoint(self._padded(y)))

    @functools.cached_property
    def diagonal(self) -> Diagonalisation | None:
        return self._inner.diagonal if self.boundary == "periodic" else None

    def _padded(self, x: Tensor) -> Tensor:
        return torch.nn.functional.pad(x, self._pad)

    def _cropped(self, x: Tensor) -> Tensor:
        return x[(slice(None), slice(None), *[slice(side) for side in self.shape[1:]])]


def _fast(length: int) -> int:
    """The least number from `length` on without prime factors above 7: with them an FFT takes up to 6 times longer."""
    return next(n for n in itertools.count(length) if pow(2 * 3 * 5 * 7, n.bit_length(), n) == 0)


def _drawn(kernel: Tensor | Rows, axes: int) -> Tensor:
    """The kernel as a tensor with so many axes."""
    drawn = _measured(kernel) if isinstance(kernel, Tensor) else _by_rows(kernel)
    size = float(drawn.abs().sum())
    if not size or not math.isfinite(size):
        raise Refusal("a kernel of finite numbers, not all 0", "another", "give at least one number that is not 0")
    if abs(float(drawn.sum())) < 1e-9 * size:
        remedy = "leave its background in, or take a difference operator where this is meant"
        raise Refusal("a kernel with a sum for ConvolutionPSF", "one that sums to 0", remedy)
    if axes == 1 and drawn.ndim == 2 and len(drawn) > 1:
        came, remedy = f"{len(drawn)} rows", "give one row, or a signal with two axes in space"
        raise Refusal("a kernel of one row for one axis in space", came, remedy)
    drawn = drawn[0] if axes == 1 and drawn.ndim == 2 else drawn
    if drawn.ndim != axes:
        came = f"one of {shown(tuple(drawn.shape))}"
        raise Refusal(f"a kernel of {axes} axes, as the signal has", came, "give a kernel of the same axes")
    return drawn


def _measured(kernel: Tensor) -> Tensor:
    """A point spread that was measured, in double precision."""
    if kernel.is_complex() or not kernel.numel():
        came = "a complex one" if kernel.numel() else "an empty one"
        raise Refusal("a real kernel for ConvolutionPSF", came, "take its real part or modulus")
    return kernel.to(torch.float64)


def _by_rows(kernel: Rows) -> Tensor:
    widths = {len(row) for row in kernel}
    if len(widths) != 1 or 0 in widths:
        came = f"rows of {sorted(widths)} numbers" if kernel else "none"
        raise Refusal("rows of one length for ConvolutionPSF.kernel", came, "give every row as many numbers")
    return torch.tensor(kernel, dtype=torch.float64)


def _wrapped(small: Tensor, space: Shape) -> Tensor:
    """The kernel on a periodic grid, its centre at index 0; what does not fit goes round."""
    kernel = torch.zeros(space, dtype=torch.float64)
    axes = [(torch.arange(n) - n // 2) % side for n, side in zip(small.shape, space, strict=True)]
    return kernel.index_put_(tuple(torch.meshgrid(*axes, indexing="ij")), small, accumulate=True)
