"""Wiener deconvolution."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.direct.formula import Formula
from workbench.operators import LinearOperator
from workbench.operators.diagonalisation import Diagonalisation
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.tensors import dot, norm2, spread


@dataclass(frozen=True)
class WienerDeconvolution(Formula):
    """x = m + (A*A + r I)^-1 A*(y - A m): the best linear estimate of a signal whose spectrum is flat, in one step.

    m is the constant that explains y best, so that the filter keeps the mean; r is the variance of the noise over that
    of the signal around m. Without `ratio` the latter is what the noise does not explain of |y - A m|^2 / N, over the
    largest eigenvalue of A*A: right where the signal lies in what A passes whole, as pictures do. Where nothing is
    left, x is m. The prior has no say. For blurs and other operators whose A*A has known modes. Wiener 1949, doi
    10.7551/mitpress/2946.001.0001.
    """

    formula = r"x = m + (A^*A + r I)^{-1} A^*(y - A m), \quad r = \sigma^2 / \tau^2"

    ratio: Annotated[
        float | None, Range(1e-6, 1, log=True, limits=(1e-15, 1e15)), "variance of the noise over the signal's"
    ] = None

    needs = Needs(linear=True, white=True, also=("A*A with known modes, such as that of GaussianBlur",))

    def lacks(self, problem: Problem) -> str:
        operator = problem.operator
        if isinstance(operator, LinearOperator) and operator.gram_diagonal is None:
            return super().lacks(problem) or f"A*A with known modes, which {type(operator).__name__} does not have"
        return super().lacks(problem)

    def solution(self, problem: Problem) -> Tensor:
        A, y = problem.operator, problem.y
        assert isinstance(A, LinearOperator) and A.gram_diagonal is not None
        gram = A.gram_diagonal
        ones = torch.ones_like(problem.start())
        mean = spread(_fit(A(ones), y), ones) * ones
        rest = y - A(mean)
        pulled = A.adjoint(rest).split(1)
        ratios = self._ratios(problem, rest, gram)
        return mean + torch.cat([gram.shifted_inverse(v, r) for v, r in zip(pulled, ratios, strict=True)])

    def _ratios(self, problem: Problem, rest: Tensor, gram: Diagonalisation) -> Sequence[float] | Tensor:
        """r of each item, infinite where all is noise: such an item's filter is 0."""
        if self.ratio is not None:
            return [self.ratio] * len(rest)
        parts = 2 if rest.is_complex() else 1  # real and imaginary numbers have a noise each
        noise = 1 / problem.noise.precision(problem.y).real.double().flatten(1).mean(1)
        signal = (norm2(rest).double() / parts / rest[0].numel() - noise) / gram.norm()
        return torch.where(signal > 0, noise / signal, torch.inf)


def _fit(model: Tensor, y: Tensor) -> Tensor:
    """The real number of each item by which the model explains y best; 0 where the model is 0."""
    scale = norm2(model)
    return torch.where(scale > 0, dot(model, y) / scale.clamp_min(torch.finfo(scale.dtype).tiny), 0)
