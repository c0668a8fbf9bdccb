"""What methods along the misfit's gradient share."""

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, State
from workbench.algorithms.steps.lengths import bends, found_step, safe_step
from workbench.algorithms.steps.parabola import ParabolaState, bent
from workbench.problem import Problem
from workbench.tensors import Each, least


@dataclass(frozen=True)
class GradientMethod(Algorithm[ParabolaState]):
    """Steps along the misfit's gradient: of a given length, or 1/L, or by the bend at hand where that is uneven."""

    safe_share: ClassVar[float] = 2.0  # the largest safe step, in units of 1/L
    step_size = None  # the one that a person gave: a field of the methods that take one

    def measure(self, problem: Problem) -> Constants:
        return bends(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> ParabolaState:
        return bent(problem, x, self.measure(problem))

    def adapt(self, problem: Problem, state: ParabolaState) -> ParabolaState:
        return replace(bent(problem, state.x, self.measure(problem)), k=state.k)

    def length(self, state: State) -> Each:
        """The step in use."""
        return found_step(state, self.step_size)

    def current_step(self, state: ParabolaState) -> float | None:
        return least(self.length(state))

    def largest_step(self, state: ParabolaState) -> float | None:
        return safe_step(state, self.step_size, self.safe_share)
