"""Sums of rows and columns of an operator without negative entries, and the order of its blocks."""

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.priors import Can
from workbench.problem import Problem

POSITIVE = "an operator without negative entries"
NEEDS_SUMS = Needs(Can.PROJECTION, Likelihood.GRAD | Likelihood.LIPSCHITZ, linear=True, white=True, also=(POSITIVE,))


def signed(problem: Problem) -> str:
    """What a method for operators without negative entries lacks; empty where it has it."""
    operator = problem.operator
    if problem.dtype.is_complex:
        return "a real unknown, which this one is not"
    if not (isinstance(operator, LinearOperator) and operator.nonnegative):
        return f"{POSITIVE}, which {type(operator).__name__} is not known to be"
    return ""


def spaced(count: int) -> list[int]:
    """The blocks in an order that puts neighbours far apart in time: their bits reversed."""
    return sorted(range(count), key=lambda s: f"{s:032b}"[::-1])


def reciprocal_sums(sums: Tensor) -> Tensor:
    """1 / sums, and 0 for rows or columns of zeros."""
    seen = sums > 1e-6 * sums.amax()
    return torch.where(seen, 1 / torch.where(seen, sums, 1), 0)


def column_sums(A: LinearOperator, y: Tensor) -> Tensor:
    """The sum of each column of A, (1, *in_shape)."""
    return A.adjoint(torch.ones_like(y[:1]))


def averaged(A: LinearOperator, columns: Tensor, x: Tensor, y: Tensor, relax: float) -> Tensor:
    """One simultaneous step on the rows of A."""
    rows = A(torch.ones_like(x[:1]))
    return x + relax * reciprocal_sums(columns) * A.adjoint(reciprocal_sums(rows) * (y - A(x)))
