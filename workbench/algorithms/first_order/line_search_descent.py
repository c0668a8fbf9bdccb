"""What descents along lines share."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, TypeVar

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, prior_bend
from workbench.algorithms.steps.line_search import LineSearchState, evaluate
from workbench.algorithms.steps.scales import typical_curvature
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem

Decrease = Annotated[
    float, Range(1e-4, 0.4, log=True, limits=(1e-12, 0.49)), "share of the decrease that the slope promises"
]

L = TypeVar("L", bound=LineSearchState)


@dataclass(frozen=True)
class LineSearchDescent(Algorithm[L]):
    """What descents along lines have in common: the first trial, and a fresh start where the problem changes."""

    restarts = True
    needs = Needs(prior=Can.GRAD | Can.VALUE, noise=Likelihood.GRAD)

    @abstractmethod
    def begin(self, state: LineSearchState) -> L:
        """The state at k = 0, from the part that all descents share."""

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> L:
        _, value, slope = evaluate(problem, x)
        step = 1 / (typical_curvature(problem) + (prior_bend(problem) or 0.0))
        return self.begin(LineSearchState(x, 0, self.measure(problem), value=value, slope=slope, step=step))

    def current_step(self, state: State) -> float | None:
        return float(state.step.max()) if isinstance(state, LineSearchState) else None
