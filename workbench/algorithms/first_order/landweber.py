"""Landweber's iteration, with a constraint or none."""

from dataclasses import dataclass
from typing import Annotated

import torch

from workbench.algorithms.base import Needs, State
from workbench.algorithms.first_order.gradient_method import GradientMethod
from workbench.algorithms.first_order.proximal_gradient import proximal_step
from workbench.algorithms.steps.lengths import found_step
from workbench.algorithms.steps.parabola import ParabolaState
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each


@dataclass(frozen=True)
class Landweber(GradientMethod):
    """x <- P(x - relax / L grad misfit(x)), P the projection onto the prior's constraint, if it is one.

    Below 2 the misfit falls at every step; stopped early, it is a regularisation. Where the misfit bends unevenly, L is
    its bend at hand. Landweber 1951, doi 10.2307/2372313; Bertero & Boccacci 1998, doi 10.1887/0750304359.
    """

    formula = r"x \gets P\left(x - \frac{\lambda}{L} \nabla f(x)\right)"

    relax: Annotated[float, Range(0.1, 1.9, limits=(0, 2)), "step in units of 1 / L"] = 1.0

    needs = Needs(prior=Can.PROJECTION, noise=Likelihood.GRAD)

    def step(self, problem: Problem, state: ParabolaState, rng: torch.Generator) -> ParabolaState:
        return proximal_step(problem, state, None, self.relax)

    def length(self, state: State) -> Each:
        return self.relax * found_step(state)
