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
        self._window, self._hop = Constant((math.pi * at).sin()), hop

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation:
        return Diagonalisation(Constant(torch.ones((), dtype=torch.float64)), weighted)

    def forward(self, x: Tensor) -> Tensor:
        frames = torch.cat([x, x[..., : self._hop]], -1).unfold(-1, self.length, self._hop)
        return cosines(self._window.like(x) * frames, (3,))

    def adjoint(self, y: Tensor) -> Tensor:
        early, late = (self._window.like(y) * cosine_sum(y, (3,))).split(self._hop, -1)
        return (early + late.roll(1, -2)).flatten(2)


def refuse_windows(shape: SignalShape, length: int) -> None:
    """Refusal of a shape that windows half a length apart do not go round."""
    hop = length // 2
    if len(shape) != 2 or length % 2 or shape[1] % hop or shape[1] < length:
        wanted = f"signals of one axis, of {length} samples or more and a multiple of {hop}, and an even length"
        raise Refusal(wanted, f"{shown(shape)} and a length of {length}", "take another length, or cut the signal")
