"""Gradient descent."""

from dataclasses import dataclass

import torch

from workbench.algorithms.base import Constants, Needs, Step, lacks_bend
from workbench.algorithms.first_order.gradient_method import GradientMethod
from workbench.algorithms.steps.lengths import bends, searches, shortened
from workbench.algorithms.steps.parabola import ParabolaState, advanced, following
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import times


@dataclass(frozen=True)
class GradientDescent(GradientMethod):
    """x <- x - step (grad misfit + grad prior).

    Below 2/L the objective falls at every step; 1/L is taken when none is given. Where the misfit bends unevenly, 1/L
    of its bend at hand, so that the objective falls there too. Cauchy 1847, Comptes Rendus 25, 536.
    """

    formula = r"x \gets x - \tau (\nabla f(x) + \nabla g(x))"

    step_size: Step = None

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD)

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_bend(problem, self.step_size)

    def measure(self, problem: Problem) -> Constants:
        return bends(problem, of_prior=True)

    def step(self, problem: Problem, state: ParabolaState, rng: torch.Generator) -> ParabolaState:
        of_prior = problem.prior.grad(state.x)
        if searches(self.step_size, state):
            return advanced(problem, state, lambda g, r: state.x - times(shortened(r, state), g + of_prior))[0]
        return following(state, state.x - times(self.length(state), problem.misfit_grad(state.x) + of_prior))
