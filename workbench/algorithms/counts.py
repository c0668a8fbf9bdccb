"""Expectation maximisation for Poisson counts."""

from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.rows import POSITIVE, reciprocal_sums, signed, spaced
from workbench.noise import Poisson
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.priors import Can, NonNegative, Zero
from workbench.problem import Problem
from workbench.tensors import spread

_POISSON, _SIGN = "Poisson noise", "no prior but the sign"
_COUNTS = Needs(prior=Can.PROJECTION, linear=True, also=(_POISSON, _SIGN, POSITIVE))


@dataclass(frozen=True)
class MLEM(Algorithm):
    """x <- x / (A* 1) A* (y / (A x + background)): maximum likelihood of Poisson counts among all x >= 0.

    The likelihood grows at every step, and without background A x has the sum of
    the counts; entries that are 0 stay 0. Richardson 1972, doi 10.1364/JOSA.62.000055; Shepp & Vardi 1982, doi
    10.1109/TMI.1982.4307558.
    """

    needs = _COUNTS

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or _no_counts(problem) or signed(problem)

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        return replace(state, x=_maximised(problem, state.x), k=state.k + 1)


@dataclass(frozen=True)
class OSEM(Algorithm):
    """MLEM's step on each block of the data in turn: as fast as so many steps of it, for the price of one.

    An item whose likelihood a sweep would lower takes a step of MLEM, so that it grows at every step; noisy blocks do
    not agree, and leave it a little below the maximum. Hudson & Larkin 1994, doi 10.1109/42.363108.
    """

    blocks: Annotated[int, Range(1, 32, log=True, limits=(1, 1e6)), "parts of the data, looked at in turn"] = 8

    needs = _COUNTS

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or _no_counts(problem) or signed(problem)

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        x, parts = state.x, problem.operator.at(state.x).blocks(self.blocks)
        for s in spaced(len(parts)):
            x = _scaled(parts[s].operator, x, parts[s].part(problem.y), _background(problem))
        grown = problem.misfit(x) <= problem.misfit(state.x)
        if not bool(grown.all()):
            x = torch.where(spread(grown, x), x, _maximised(problem, state.x))
        return replace(state, x=x, k=state.k + 1)


def _maximised(problem: Problem, x: Tensor) -> Tensor:
    return _scaled(problem.operator.at(x), x, problem.y, _background(problem))


def _scaled(A: LinearOperator, x: Tensor, y: Tensor, background: float) -> Tensor:
    """One step of expectation maximisation on the rows of A; what no row sees stays as it is."""
    x = x.clamp_min(0)
    weights = reciprocal_sums(A.adjoint(torch.ones_like(y[:1])))
    found = x * weights * A.adjoint(y / (A(x).clamp_min(0) + background)).clamp_min(0)
    return torch.where(weights > 0, found, x)


def _background(problem: Problem) -> float:
    return problem.noise.background if isinstance(problem.noise, Poisson) else 0.0


def _no_counts(problem: Problem) -> str:
    prior, noise = problem.prior, problem.noise
    if not isinstance(noise, Poisson):
        return f"{_POISSON}, which {type(noise).__name__} is not"
    if not isinstance(prior, Zero | NonNegative):
        return f"{_SIGN}, and {type(prior).__name__} is another"
    return ""
