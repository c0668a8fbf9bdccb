"""What frequencies sound when, whatever their phase."""

import functools
import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.diagonalisation import Diagonalisation, weighted
from workbench.operators.field import Field
from workbench.operators.frequencies.windowed_cosines import frames_of, refuse_windows, sum_of_frames
from workbench.parameters import Range
from workbench.tensors import Constant


class WindowedFourier(LinearOperator):
    """A(x)_f = Fourier coefficients of x under window f, A*A = I: (C, n) -> (C, 2, frames, length / 2), real.

    Parts 0 and 1 of axis 2 are cosine and minus sine of one frequency: their modulus tells how loud it is, and a shift
    in time turns one into the other, where `WindowedCosines` moves to other frequencies. Windows as there; under each
    the odd frequencies k + 1/2, so that all have both parts, length numbers of length samples.
    Groups along the axis: `Cauchy(axis=2)`, `GroupL1`. Groechenig 2001, doi 10.1007/978-1-4612-0003-1.
    """

    formula = (
        r"A(x)_{fk} = \sqrt{2 / \ell} \sum_i e^{-2 \pi \mathrm{i} (k + 1/2) i / \ell}\, w_i\, x_{f \ell / 2 + i}, "
        r"\quad A^* A = I, \quad \ell = \text{length}"
    )
    field = Field.REAL

    def __init__(
        self,
        shape: SignalShape = (1, 64),
        length: Annotated[int, Range(4, 512, log=True, limits=(2, 65536)), "samples under a window, even"] = 8,
    ) -> None:
        refuse_windows(shape, length)
        hop = length // 2
        super().__init__(shape, (shape[0], 2, shape[1] // hop, hop))
        self.shape, self.length = shape, length
        at = torch.arange(length, dtype=torch.float64)
        # A half of a frequency turns by half a turn along the window.
        turns = torch.polar(torch.full_like(at, math.sqrt(2)), -math.pi * at / length)
        self._window = Constant((math.pi * (at + 0.5) / length).sin() * turns)

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation:
        return Diagonalisation(Constant(torch.ones((), dtype=torch.float64)), weighted)

    def forward(self, x: Tensor) -> Tensor:
        frames = self._window.like(x) * frames_of(x, self.length)
        found = torch.fft.fft(frames, norm="ortho")[..., : self.length // 2]
        return torch.stack([found.real, found.imag], 2)

    def adjoint(self, y: Tensor) -> Tensor:
        code = torch.complex(y[:, :, 0], y[:, :, 1])
        whole = torch.fft.ifft(code, self.length, norm="ortho")
        return sum_of_frames((self._window.like(y).conj() * whole).real)
