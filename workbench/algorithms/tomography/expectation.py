"""One step of expectation maximisation for Poisson counts, and what it asks for."""

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.tomography.row_sums import POSITIVE, reciprocal_sums
from workbench.noise import Poisson
from workbench.operators import LinearOperator
from workbench.priors import Can, NonNegative, Zero
from workbench.problem import Problem

_POISSON, _SIGN = "Poisson noise", "no prior but the sign"
NEEDS_COUNTS = Needs(prior=Can.PROJECTION, linear=True, also=(_POISSON, _SIGN, POSITIVE))


def maximised(problem: Problem, x: Tensor) -> Tensor:
    """A step on all data at once: no item's likelihood falls."""
    return scaled(problem.operator.at(x), x, problem.y, background_of(problem))


def scaled(A: LinearOperator, x: Tensor, y: Tensor, background: Tensor) -> Tensor:
    """One step of expectation maximisation on the rows of A; what no row sees stays as it is."""
    x = x.clamp_min(0)
    weights = reciprocal_sums(A.adjoint(torch.ones_like(y[:1])))
    found = x * weights * A.adjoint(y / (A(x).clamp_min(0) + background)).clamp_min(0)
    return torch.where(weights > 0, found, x)


def background_of(problem: Problem) -> Tensor:
    """The counts that come without any signal, of each of the data: (1, *out_shape)."""
    none, noise = torch.zeros_like(problem.y[:1]), problem.noise
    return none + noise.entries(problem.y) if isinstance(noise, Poisson) else none


def no_counts(problem: Problem) -> str:
    """What a problem lacks of Poisson counts without a prior but the sign; empty where nothing."""
    prior, noise = problem.prior, problem.noise
    if not isinstance(noise, Poisson):
        return f"{_POISSON}, which {type(noise).__name__} is not"
    if not isinstance(prior, Zero | NonNegative):
        return f"{_SIGN}, and {type(prior).__name__} is another"
    return ""
