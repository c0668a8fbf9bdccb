"""What frequencies sound when."""

import functools
import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.cosine import cosine_sum, cosines
from workbench.operators.diagonalisation import Diagonalisation, weighted
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Constant, shown


class WindowedCosines(LinearOperator):
    """A(x)_f = cosines of x under window f, A*A = I: (C, n) -> (C, frames, length), twice as many numbers as x has.

    Windows sin(pi (i + 1/2) / length), half a length apart, go round; n is a multiple of half a length. Under each the
    orthonormal DCT-II, so that a sound that stays is one line of coefficients: a tight frame, with many codes of one x.
    """

    formula = r"A(x)_{fk} = \sum_i c_k(i)\, w_i\, x_{f \ell / 2 + i}, \quad A^* A = I, \quad \ell = \text{length}"

    def __init__(
        self,
        shape: SignalShape = (1, 64),
        length: Annotated[int, Range(4, 512, log=True, limits=(2, 65536)), "samples under a window, even"] = 8,
    ) -> None:
        refuse_windows(shape, length)
        hop = length // 2
        super().__init__(shape, (shape[0], shape[1] // hop, length))
        self.shape, self.length = shape, length
        at = (torch.arange(length, dtype=torch.float64) + 0.5) / length
        self._window = Constant((math.pi * at).sin())

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation:
        return Diagonalisation(Constant(torch.ones((), dtype=torch.float64)), weighted)

    def forward(self, x: Tensor) -> Tensor:
        return cosines(self._window.like(x) * frames_of(x, self.length), (3,))

    def adjoint(self, y: Tensor) -> Tensor:
        return sum_of_frames(self._window.like(y) * cosine_sum(y, (3,)))


def refuse_windows(shape: SignalShape, length: int) -> None:
    """Refusal of a shape that windows half a length apart do not go round."""
    hop = length // 2
    if len(shape) != 2 or length % 2 or shape[1] % hop or shape[1] < length:
        wanted = f"signals of one axis, of {length} samples or more and a multiple of {hop}, and an even length"
        raise Refusal(wanted, f"{shown(shape)} and a length of {length}", "take another length, or cut the signal")


def frames_of(x: Tensor, length: int) -> Tensor:
    """Pieces of so many samples, half a length apart, that go round: (B, C, n) -> (B, C, 2 n / length, length)."""
    hop = length // 2
    return torch.cat([x, x[..., :hop]], -1).unfold(-1, length, hop)


def sum_of_frames(frames: Tensor) -> Tensor:
    """The adjoint of `frames_of`: every piece added where it was taken."""
    early, late = frames.split(frames.shape[-1] // 2, -1)
    return (early + late.roll(1, -2)).flatten(2)
