"""The discrete Fourier transform at any frequencies: an oversampled FFT, and a kernel that reads between its points."""

import itertools
import math
from collections.abc import Iterator

import torch
from torch import Tensor

from workbench.kernels import scattered
from workbench.tensors import Constant, Shape, complex_of

_OVERSAMPLING = 2


class NonuniformTransform:
    """F x = sum_n x[n] exp(-i k (n - side // 2)) at frequencies k in radians a pixel: (N, *space) -> (N, samples).

    A Kaiser-Bessel kernel on a grid twice as fine, whose width follows the tolerance, relative to |x| and |F x|; the
    adjoint is the exact transpose of what is computed, whatever the tolerance. Fessler & Sutton 2003, doi
    10.1109/TSP.2002.807005; Beatty, Nishimura & Pauly 2005, doi 10.1109/TMI.2005.848376.
    """

    def __init__(self, space: Shape, points: Tensor, tolerance: float) -> None:
        """`points` are (samples, axes), float64, in the order of the axes of space."""
        self.space = space
        self._grid = tuple(_OVERSAMPLING * side for side in space)
        width = math.ceil(-math.log10(tolerance / len(space))) + 1  # each axis adds its error
        beta = math.pi * math.sqrt((width * (1 - 0.5 / _OVERSAMPLING)) ** 2 - 0.8)
        first, weights = [], []
        apodised = torch.ones((), dtype=torch.float64)
        for axis, (side, whole) in enumerate(zip(space, self._grid, strict=True)):
            at = points[:, axis, None] * (whole / (2 * math.pi))
            near = (at - width / 2).ceil() + torch.arange(width, dtype=torch.float64)
            first.append(Constant(near[:, 0].long() % whole))
            weights.append(Constant(_kernel(near - at, width, beta)))
            frequencies = (torch.arange(side, dtype=torch.float64) - side // 2) / whole
            apodised = apodised[..., None] * _kernel_spectrum(frequencies, width, beta)
        self._near = scattered.Neighbours(self._grid, tuple(first), tuple(weights))
        self._flattened = Constant(1 / apodised)

    def forward(self, x: Tensor) -> Tensor:
        axes = tuple(range(1, x.ndim))
        return scattered.interpolate(torch.fft.fftn(self._padded(x * self._flattened.like(x)), dim=axes), self._near)

    def adjoint(self, y: Tensor) -> Tensor:
        spectrum = scattered.spread(y.to(complex_of(y.dtype)), self._near)
        axes = tuple(range(1, spectrum.ndim))
        signal = torch.fft.ifftn(spectrum, dim=axes, norm="forward")
        return self._cropped(signal) * self._flattened.like(y)

    def _padded(self, x: Tensor) -> Tensor:
        """The signal on the fine grid, its origin, pixel side // 2, at entry 0."""
        wide = x.new_zeros((len(x), *self._grid))
        for here, there in self._quarters():
            wide[there] = x[here]
        return wide

    def _cropped(self, x: Tensor) -> Tensor:
        signal = x.new_empty((len(x), *self.space))
        for here, there in self._quarters():
            signal[here] = x[there]
        return signal

    def _quarters(self) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
        """Where the parts of a signal, before and behind its origin in each axis, are in it and on the fine grid."""
        axes = []
        for side, whole in zip(self.space, self._grid, strict=True):
            origin = side // 2
            behind = slice(origin, side), slice(side - origin)
            axes.append((behind, (slice(origin), slice(whole - origin, whole))))
        for parts in itertools.product(*axes):
            here, there = zip(*parts, strict=True)
            yield (slice(None), *here), (slice(None), *there)


def _kernel(at: Tensor, width: int, beta: float) -> Tensor:
    inside = (1 - (2 * at / width).square()).clamp_min(0)
    return torch.where((2 * at).abs() <= width, torch.special.i0(beta * inside.sqrt()) / math.exp(beta), 0)


def _kernel_spectrum(at: Tensor, width: int, beta: float) -> Tensor:
    """The Fourier transform of the kernel: there the argument of the root is above 0, on a grid twice as fine."""
    root = (beta**2 - (math.pi * width * at).square()).sqrt()
    return width * (root.sinh() / root) / math.exp(beta)
