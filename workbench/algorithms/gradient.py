"""First-order methods on smooth or proximable objectives."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem

_SMOOTH = Likelihood.GRAD | Likelihood.LIPSCHITZ


@dataclass(frozen=True)
class GradientDescent(Algorithm):
    """x <- x - step (grad misfit + grad prior). Stable below 2/L; 1/L is taken when none is given."""

    step_size: Step = None

    needs = Needs(prior=Can.GRAD, noise=_SMOOTH)

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {"lipschitz": problem.lipschitz() + problem.prior.lipschitz()}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> State:
        return State(x, 0, self.measure(problem))

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        slope = problem.misfit_grad(state.x) + problem.prior.grad(state.x)
        return replace(state, x=state.x - self.current_step(state) * slope, k=state.k + 1)

    def current_step(self, state: State) -> float:
        return 1 / state.measured["lipschitz"] if self.step_size is None else self.step_size

    def largest_step(self, state: State) -> float:
        return 2 / state.measured["lipschitz"]
