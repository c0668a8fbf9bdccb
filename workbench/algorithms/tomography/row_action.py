"""What methods that sweep through the rows of A share."""

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State
from workbench.algorithms.first_order.proximal_gradient import forward_backward
from workbench.algorithms.steps.lengths import found_step
from workbench.algorithms.steps.line_search import rounding_of
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, spread

Relax = Annotated[float, Range(0.1, 1.9, limits=(0, 2)), "relaxation: 1 solves the equations it looks at"]
Count = Annotated[int, Range(1, 64, log=True, limits=(1, 1e6)), "parts of the data, looked at one after another"]


@dataclass(frozen=True)
class RowActionConstants(Constants):
    """And |A_s| of every block of rows, for those that step by it."""

    norms: tuple[Each, ...] = ()


@dataclass(frozen=True)
class RowActionState(State):
    """The iterate, and the objective that it must not exceed, (B,)."""

    measured: RowActionConstants = field(kw_only=True)
    ceiling: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class RowAction(Algorithm[RowActionState]):
    """x <- sweep(x); an item that would end above its start takes a gradient step of 1/L instead."""

    needs = Needs(prior=Can.PROJECTION, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ, linear=True, white=True)

    @abstractmethod
    def sweep(self, problem: Problem, state: RowActionState) -> Tensor:
        """The next iterate, all data looked at once."""

    def measure(self, problem: Problem) -> RowActionConstants:
        return RowActionConstants(problem.lipschitz())

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> RowActionState:
        return RowActionState(x, measured=self.measure(problem), ceiling=problem.objective(x))

    def step(self, problem: Problem, state: RowActionState, rng: torch.Generator) -> RowActionState:
        x = self.sweep(problem, state)
        below = problem.objective(x) <= state.ceiling + rounding_of(state.ceiling, x)
        if not bool(below.all()):
            plain = forward_backward(problem, state.x, found_step(state))
            x = torch.where(spread(below, x), x, plain)
        return replace(state, x=x, k=state.k + 1)

    def adapt(self, problem: Problem, state: RowActionState) -> RowActionState:
        return replace(state, measured=self.measure(problem), ceiling=problem.objective(state.x))


def operator_of(problem: Problem) -> LinearOperator:
    """The linear operator of a problem."""
    return problem.operator.at(problem.y)
