"""Periodic convolutions, diagonal under the Fourier transform."""

import itertools
import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import Basis, LinearOperator, SignalShape, reciprocal
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, abs2, shown


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

    def closed_norm(self) -> float:
        return float(self.transfer().abs().max())

    def spectrum(self) -> Tensor:
        return abs2(self.transfer()).flatten().repeat(self.shape[0])

    def gram_in(self, basis: Basis) -> Tensor | None:
        return abs2(self.transfer()).expand(self.shape) if basis == "fourier" else None

    def gram_inverse(self, b: Tensor, c: float) -> Tensor:
        return self._filter(b, 1 / (abs2(self._transfer.like(b)) + c))

    def data_inverse(self, b: Tensor, c: float) -> Tensor:
        return self.gram_inverse(b, c)

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        return self._filter(y, reciprocal(self._transfer.like(y)))

    def _filter(self, x: Tensor, gain: Tensor) -> Tensor:
        if x.is_complex():
            return torch.fft.ifftn(torch.fft.fftn(x, dim=self._axes).mul_(gain), dim=self._axes)
        half = torch.fft.rfftn(x, dim=self._axes).mul_(gain[..., : gain.shape[-1] // 2 + 1])
        return torch.fft.irfftn(half, s=self.shape[1:], dim=self._axes)


class GaussianBlur(PeriodicConvolution):
    """Convolution with exp(-d^2 / (2 width^2)), d the periodic distance along each axis, normalised to sum 1."""

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        width: Annotated[
            float, Range(0.3, 8, log=True, unit="px", limits=(0.01, 1e4)), "standard deviation of the kernel"
        ] = 1.5,
    ) -> None:
        kernel = torch.ones((), dtype=torch.float64)
        for side in space_of(shape, "GaussianBlur"):
            index = torch.arange(side, dtype=torch.float64)
            line = torch.exp(-(torch.minimum(index, side - index) ** 2) / (2 * width**2))
            kernel = kernel[..., None] * (line / line.sum())
        super().__init__(shape, kernel)
        self.width = width


class MotionBlur(PeriodicConvolution):
    """The mean along a straight segment of that length through each pixel of the linearly interpolated signal.

    The kernel is exact, sums to 1, and varies continuously with length and angle; the angle runs counter-clockwise
    from the horizontal. A signal with one axis is blurred along it, whatever the angle.
    """

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        length: Annotated[float, Range(0, 32, unit="px", limits=(0, 1e4)), "length of the motion"] = 9.0,
        angle: Annotated[float, Range(0, 180, unit="deg", limits=(-360, 360)), "direction of the motion"] = 30.0,
    ) -> None:
        space = space_of(shape, "MotionBlur", (1, 2))
        turn = math.radians(angle)
        travel = (length,) if len(space) == 1 else (-length * math.sin(turn), length * math.cos(turn))
        super().__init__(shape, _segment(travel, space))
        self.length, self.angle = length, angle


def _segment(travel: tuple[float, ...], space: Shape) -> Tensor:
    """The integral over t in (-1/2, 1/2) of a unit mass at t * travel, shared linearly among the nearest pixels."""
    ends = {-0.5, 0.0, 0.5} | {k / d for d in travel for k in range(-int(abs(d) / 2), int(abs(d) / 2) + 1) if k}
    ts = torch.tensor(sorted(ends), dtype=torch.float64)
    # Between two crossings of the grid the shares are quadratic in t: Gauss-Legendre with two nodes is exact.
    middle, half = (ts[1:] + ts[:-1]) / 2, ts.diff() / 2
    nodes, mass = torch.cat([middle - half / 3**0.5, middle + half / 3**0.5]), torch.cat([half, half])
    places = torch.outer(torch.tensor(travel, dtype=torch.float64), nodes)
    floor = places.floor()
    kernel = torch.zeros(space, dtype=torch.float64)
    for corner in itertools.product((0, 1), repeat=len(space)):
        step = torch.tensor(corner, dtype=torch.float64)[:, None]
        share = (1 - (places - floor - step).abs()).prod(0) * mass
        index = [(f + s).long() % side for f, s, side in zip(floor, step, space, strict=True)]
        kernel.index_put_(tuple(index), share, accumulate=True)
    return kernel
