"""Wiener deconvolution."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.direct.formula import Formula
from workbench.operators import ConvolutionPSF, LinearOperator
from workbench.operators.diagonalisation import RANK, Diagonalisation, reciprocal
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.tensors import dot, norm2, spread

_HALVINGS = 16  # of 24 decades: r is then known to 0.1 %


@dataclass(frozen=True)
class WienerDeconvolution(Formula):
    """x = m + (A*A + r I)^-1 A*(y - A m): the best linear estimate of a signal whose spectrum is flat, in one step.

    m is the constant that explains y best, so that the filter keeps the mean; r is the variance of the noise over that
    of the signal around m. Without `ratio` it is the r that leaves as much in the data as noise of sigma does,
    |y - A x|^2 = sigma^2 (N - trace), trace that of the filter from data to data, both of what A can make: on average
    the ratio of the variances where the spectrum is flat, and near the best one for pictures, whose spectra fall. Where
    noise explains all of y - A m, x is m. The prior has no say. For blurs and other operators whose A*A has known
    modes. Wiener 1949, doi 10.7551/mitpress/2946.001.0001; Hall & Titterington 1987, J. R. Stat. Soc. B 49, 184.
    """

    formula = r"x = m + (A^*A + r I)^{-1} A^*(y - A m), \quad r = \sigma^2 / \tau^2"

    ratio: Annotated[
        float | None, Range(1e-6, 1, log=True, limits=(1e-15, 1e15)), "variance of the noise over the signal's"
    ] = None

    needs = Needs(linear=True, white=True, also=("A*A with known modes, such as that of GaussianBlur",))

    def lacks(self, problem: Problem) -> str:
        operator = problem.operator
        if isinstance(operator, LinearOperator) and operator.gram_diagonal is None:
            way = ": take its boundary='periodic', or ConjugateGradient" if isinstance(operator, ConvolutionPSF) else ""
            name = type(operator).__name__
            return super().lacks(problem) or f"A*A with known modes, which {name} does not have{way}"
        return super().lacks(problem)

    def solution(self, problem: Problem) -> Tensor:
        A, y = problem.operator, problem.y
        assert isinstance(A, LinearOperator) and A.gram_diagonal is not None
        gram = A.gram_diagonal
        ones = torch.ones_like(problem.start())
        mean = spread(_fit(A(ones), y), ones) * ones
        left = y - A(mean)
        # In double precision: modes that A hardly sees are divided by what it sees of them, and so is their rounding.
        pulled = A.adjoint(left.to(torch.promote_types(left.dtype, torch.float64))).split(1)
        ratios = self._ratios(problem, pulled, gram)
        found = torch.cat([gram.shifted_inverse(v, r) for v, r in zip(pulled, ratios, strict=True)])
        return mean + found.to(mean.dtype)

    def _ratios(self, problem: Problem, pulled: Sequence[Tensor], gram: Diagonalisation) -> Sequence[float | Tensor]:
        """r of each item, infinite where all is noise: such an item's filter is 0."""
        if self.ratio is not None:
            return [self.ratio] * len(pulled)
        noise = 1 / problem.noise.precision(problem.y).real.double().flatten(1).mean(1)
        return [_balanced(gram, v, n) for v, n in zip(pulled, noise, strict=True)]


def _balanced(gram: Diagonalisation, pulled: Tensor, noise: Tensor) -> Tensor:
    """The r at which what the filter leaves of the data is the noise that it does not pass, by bisection over log r.

    `pulled` is A* of the data, (1, *in_shape), in double precision. Both sides are sums over the modes that A sees:
    where the data have more numbers than those, what A cannot make is chance. Below the root the noise is more: it goes
    with r, the rest with r^2.
    """
    values = gram.eigenvalues.like(pulled).real
    inverse = reciprocal(values)
    if pulled.is_complex():
        noise = 2 * noise  # real and imaginary numbers have a noise each
    largest = values.abs().max()

    def excess(r: Tensor) -> Tensor:
        stopped = torch.where(inverse > 0, 1 / (1 + values / r), 0)
        left = dot(pulled, gram.filtered(pulled, stopped.square() * inverse))
        return (left - noise * stopped.expand(pulled.shape).sum()).squeeze()

    low, high = largest * RANK, largest / RANK
    for _ in range(_HALVINGS):
        middle = (low * high).sqrt()
        more = excess(middle) < 0
        low, high = torch.where(more, middle, low), torch.where(more, high, middle)
    return torch.where(excess(torch.full_like(high, torch.inf)) <= 0, torch.inf, high)


def _fit(model: Tensor, y: Tensor) -> Tensor:
    """The real number of each item by which the model explains y best; 0 where the model is 0."""
    scale = norm2(model)
    return torch.where(scale > 0, dot(model, y) / scale.clamp_min(torch.finfo(scale.dtype).tiny), 0)
