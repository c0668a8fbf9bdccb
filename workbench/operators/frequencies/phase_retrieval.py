"""Intensities without phases."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.algebra.map import Map
from workbench.operators.base import LinearOperator, Operator, SignalShape
from workbench.operators.field import Field
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.ranges import SEEDS
from workbench.tensors import Constant, abs2, first_stream, normal_like, stream

_STEPS = 50


class PhaseRetrieval(Operator):
    """A(x) = |F (c_j x)|^2, F the orthonormal Fourier transform: intensities behind phase masks c_j, nonlinear.

    (C, *space) -> (C masks, *space); with masks = 0 the signal is padded to twice its sides instead, (C, *2 space). The
    first guess is the leading eigenvector of F* diag(y) F. Known up to the sign or phase of each channel, and without
    masks up to its conjugate turned about the middle. Candes, Li & Soltanolkotabi 2015, 10.1109/TIT.2015.2399924.
    """

    formula = r"A(x)_j = |F(c_j \odot x)|^2"

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        masks: Annotated[int, Range(0, 8, limits=(0, 64)), "number of random phase masks; 0 is plain Fourier"] = 4,
        complex_valued: Annotated[bool, "whether the unknown is complex"] = False,
        seed: Annotated[int, SEEDS, "which random masks"] = 0,
    ) -> None:
        space = space_of(shape, "PhaseRetrieval")
        wide = space if masks else tuple(2 * side for side in space)
        super().__init__(shape, (shape[0] * max(1, masks), *wide))
        self.shape, self.masks, self.complex_valued, self.seed = shape, masks, complex_valued, seed
        self.field = Field.COMPLEX if complex_valued else Field.REAL
        turns = 2 * math.pi * torch.rand(max(1, masks), *space, generator=stream(seed, "phases"), dtype=torch.float64)
        self._codes = Constant(torch.polar(torch.ones_like(turns), turns if masks else 0 * turns))
        self._axes = tuple(range(-len(space), 0))

    def forward(self, x: Tensor) -> Tensor:
        return abs2(self._waves(x))

    def at(self, x: Tensor) -> LinearOperator:
        waves = self._waves(x)

        def there(v: Tensor) -> Tensor:
            return 2 * (waves.conj() * self._waves(v.to(x.dtype))).real

        def back(w: Tensor) -> Tensor:
            return 2 * self._signals(w * waves)

        return Map((self.in_shape, self.out_shape), there, back, self.field)

    def first_guess(self, y: Tensor) -> Tensor:
        """The leading eigenvector of each channel by power iteration, as long as the intensities say."""
        like = torch.zeros((len(y), *self.shape), dtype=y.dtype, device=y.device)
        draw = first_stream if self.seed < 0 else stream
        rng = draw(0, "first guess", device=y.device)  # one for all seeds of a format
        x = normal_like(like.to(y.dtype.to_complex()) if self.complex_valued else like, rng)
        weights = y.clamp_min(0)
        for _ in range(_STEPS):
            x = self._signals(weights * self._waves(x / self._length(x)))
        energy = weights.unflatten(1, (self.shape[0], -1)).sum((2, *self._axes), keepdim=True)
        return x / self._length(x) * (energy / max(1, self.masks)).sqrt()[:, :, 0]

    def aligned(self, x: Tensor, truth: Tensor) -> Tensor:
        found = self._turned(x, truth)
        if self.masks:
            return found
        twin = self._turned(x.flip(self._axes).conj().resolve_conj(), truth)
        away = [abs2(signal - truth).sum(self._axes, keepdim=True) for signal in (found, twin)]
        return torch.where(away[1] < away[0], twin, found)

    def _turned(self, x: Tensor, truth: Tensor) -> Tensor:
        """Each channel times the sign or phase that brings it nearest to the truth."""
        turn = (x.conj() * truth).sum(self._axes, keepdim=True)
        size = turn.abs()
        return x * torch.where(size > 0, turn / size.clamp_min(torch.finfo(size.dtype).tiny), 1)

    def _length(self, x: Tensor) -> Tensor:
        length = abs2(x).sum(self._axes, keepdim=True).sqrt()
        return torch.where(length > 0, length, 1)

    def _waves(self, x: Tensor) -> Tensor:
        """F (c_j x), the linear part."""
        coded = self._codes.like(x) * x[:, :, None]
        return torch.fft.fftn(coded, self.out_shape[1:], dim=self._axes, norm="ortho").flatten(1, 2)

    def _signals(self, y: Tensor) -> Tensor:
        """Its adjoint."""
        images = torch.fft.ifftn(y.unflatten(1, (self.shape[0], -1)), dim=self._axes, norm="ortho")
        inside = (..., *[slice(side) for side in self.shape[1:]])
        x = (self._codes.like(y).conj() * images[inside]).sum(2)
        return x if self.complex_valued else x.real
