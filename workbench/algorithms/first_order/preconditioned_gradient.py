"""Gradient descent in the metric of a preconditioner."""

from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State, Step, lacks_prior_bend
from workbench.algorithms.steps.lengths import found_step, safe_step
from workbench.algorithms.steps.metric import HELD, MetricState, fit, majorant, unheld
from workbench.noise import Likelihood
from workbench.preconditioners import Circulant, Preconditioner
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, least, times


@dataclass(frozen=True)
class PreconditionedGradient(Algorithm[MetricState]):
    """x <- x - step P (grad misfit + grad prior), P near the inverse of a majorant M of every Hessian.

    Stable below 2/L, L the largest eigenvalue of P M, by Lanczos; 1/L is taken when none is given. M is the
    Hessian where it is constant.
    Axelsson 1994, doi 10.1017/CBO9780511624100.
    """

    formula = r"x \gets x - \tau P (\nabla f(x) + \nabla g(x))"

    preconditioner: Annotated[Preconditioner, "what the gradient is multiplied by"] = Circulant()
    step_size: Step = None

    restarts = True
    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ, linear=True, also=(HELD,))

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_prior_bend(problem) or unheld(problem)

    def measure(self, problem: Problem) -> Constants:
        return Constants(fit(self.preconditioner, majorant(problem), problem.zeros())[1])

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> MetricState:
        fitted, bend = fit(self.preconditioner, majorant(problem), x)
        return MetricState(x, 0, Constants(bend), fitted=fitted)

    def step(self, problem: Problem, state: MetricState, rng: torch.Generator) -> MetricState:
        slope = problem.misfit_grad(state.x) + problem.prior.grad(state.x)
        move = self.preconditioner.apply(state.fitted, majorant(problem), slope)
        return replace(state, x=state.x - times(self._step(state), move), k=state.k + 1)

    def current_step(self, state: State) -> float | None:
        return least(self._step(state))

    def largest_step(self, state: State) -> float | None:
        return safe_step(state, self.step_size)

    def _step(self, state: State) -> Each:
        return found_step(state, self.step_size)
