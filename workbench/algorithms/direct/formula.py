"""What methods of one step share."""

from abc import abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, State
from workbench.problem import Problem


@dataclass(frozen=True)
class FormulaState(State):
    """x, and the method whose formula gave it; None before the first step."""

    by: "Formula | None" = None


@dataclass(frozen=True)
class Formula(Algorithm):
    """x is a formula of the data: one step, and it is done. A first iterate is only what is shown before it: 0."""

    exact = minimises = False
    direct = True

    @abstractmethod
    def solution(self, problem: Problem) -> Tensor:
        """x from the data, (B, *in_shape)."""

    def start(self, problem: Problem) -> Tensor:
        """0, which costs no application of the operator, where the noise may have such data; else the usual one."""
        clean = torch.zeros_like(problem.y)
        possible = problem.operator.linear and bool(problem.noise.nll(clean, problem.y).isfinite().all())
        return problem.zeros() if possible else super().start(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> FormulaState:
        return FormulaState(x)

    def step(self, problem: Problem, state: FormulaState, rng: torch.Generator) -> FormulaState:
        return FormulaState(self.solution(problem).to(state.x), state.k + 1, by=self)

    def done(self, state: FormulaState) -> bool:
        return state.by == self

    def adapt(self, problem: Problem, state: FormulaState) -> FormulaState:
        return FormulaState(state.x, state.k)
