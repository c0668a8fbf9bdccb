"""Intensities, as linear data of a matrix."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.field import Field
from workbench.parameters import Range
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import Constant, shown, stream


class QuadraticSensing(LinearOperator):
    """A(X)_i = Re a_i* X a_i, a_i of n complex normal numbers, |a_i|^2 about 1: (C, n, n) -> (C, m), linear in X.

    Of X = x x^T they are the intensities |<a_i, x>|^2: phase retrieval lifted, to which `Gram` gives the factor x.
    m = round(oversampling n). Candes, Strohmer, Voroninski 2013, doi 10.1002/cpa.21432.
    """

    formula = r"A(X)_i = \operatorname{Re} a_i^* X a_i, \quad a_i \sim \mathcal{CN}(0, I / n)"

    field = Field.REAL

    def __init__(
        self,
        shape: SignalShape = (1, 32, 32),
        oversampling: Annotated[float, Range(1, 12, limits=(0, 1000)), "measurements over n"] = 6.0,
        seed: Annotated[int, SEEDS, "which random measurements"] = 0,
    ) -> None:
        if len(shape) != 3 or shape[1] != shape[2]:
            raise Refusal("a square matrix in each channel for QuadraticSensing", shown(shape), "take n x n")
        count = max(1, round(oversampling * shape[1]))
        super().__init__(shape, (shape[0], count))
        self.shape, self.oversampling, self.seed = shape, oversampling, seed
        rng = stream(seed, "quadratic measurements")
        parts = torch.randn(2 * count, shape[1], generator=rng, dtype=torch.float64) / math.sqrt(2 * shape[1])
        self._rows = Constant(parts)  # real parts, then imaginary ones

    def forward(self, x: Tensor) -> Tensor:
        rows = self._rows.like(x)
        return ((rows @ x) * rows).sum(-1).unflatten(-1, (2, -1)).sum(-2)

    def adjoint(self, y: Tensor) -> Tensor:
        rows = self._rows.like(y)
        return rows.mT @ (torch.cat([y, y], -1)[..., None] * rows)
