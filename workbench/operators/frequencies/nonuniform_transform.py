"""The discrete Fourier transform at any frequencies: an oversampled FFT, and a kernel that reads between its points."""

import itertools
import math
from collections.abc import Iterator

import torch
from torch import Tensor

from workbench.tensors import Constant, Shape

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
        self._places: list[Constant] = []  # (samples, width) of each axis: where on the grid, and how much of it
        self._weights: list[Constant] = []
        apodised = torch.ones((), dtype=torch.float64)
        for axis, (side, whole) in enumerate(zip(space, self._grid, strict=True)):
            at = points[:, axis, None] * (whole / (2 * math.pi))
            near = (at - width / 2).ceil() + torch.arange(width, dtype=torch.float64)
            self._places.append(Constant(near.long() % whole))
            self._weights.append(Constant(_kernel(near - at, width, beta)))
            frequencies = (torch.arange(side, dtype=torch.float64) - side // 2) / whole
            apodised = apodised[..., None] * _kernel_spectrum(frequencies, width, beta)
        self._flattened = Constant(1 / apodised)

    def forward(self, x: Tensor) -> Tensor:
        axes = tuple(range(1, x.ndim))
        spectrum = torch.fft.fftn(self._padded(x * self._flattened.like(x)), dim=axes).flatten(1)
        found = None
        for place, weight in self._neighbours(x):
            part = spectrum[:, place] * weight
            found = part if found is None else found + part
        assert found is not None
        return found

    def adjoint(self, y: Tensor) -> Tensor:
        spectrum = y.new_zeros((len(y), math.prod(self._grid)))
        for place, weight in self._neighbours(y):
            spectrum = spectrum.index_add(1, place, y * weight)
        axes = tuple(range(1, len(self.space) + 1))
        signal = torch.fft.ifftn(spectrum.unflatten(1, self._grid), dim=axes, norm="forward")
        return self._cropped(signal) * self._flattened.like(y)

    def _neighbours(self, like: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """For each neighbour of a sample on the grid its place there and the weight of it: of all samples at once."""
        real = like.real
        places = [place.value.to(like.device) for place in self._places]
        weights = [weight.like(real) for weight in self._weights]
        for offsets in itertools.product(*(range(w.shape[1]) for w in weights)):
            place, weight = places[0][:, offsets[0]], weights[0][:, offsets[0]]
            for axis, offset in enumerate(offsets[1:], 1):
                place = place * self._grid[axis] + places[axis][:, offset]
                weight = weight * weights[axis][:, offset]
            yield place, weight

    def _padded(self, x: Tensor) -> Tensor:
        """The signal on the fine grid, its origin, pixel side // 2, at entry 0."""
        ends = [
            end for side, whole in zip(self.space[::-1], self._grid[::-1], strict=True) for end in (0, whole - side)
        ]
        wide = torch.nn.functional.pad(x, ends)
        return wide.roll([-(side // 2) for side in self.space], tuple(range(1, x.ndim)))

    def _cropped(self, x: Tensor) -> Tensor:
        back = x.roll([side // 2 for side in self.space], tuple(range(1, x.ndim)))
        return back[(slice(None), *(slice(side) for side in self.space))]


def _kernel(at: Tensor, width: int, beta: float) -> Tensor:
    inside = (1 - (2 * at / width).square()).clamp_min(0)
    return torch.where((2 * at).abs() <= width, torch.special.i0(beta * inside.sqrt()) / math.exp(beta), 0)


def _kernel_spectrum(at: Tensor, width: int, beta: float) -> Tensor:
    """The Fourier transform of the kernel: there the argument of the root is above 0, on a grid twice as fine."""
    root = (beta**2 - (math.pi * width * at).square()).sqrt()
    return width * (root.sinh() / root) / math.exp(beta)
