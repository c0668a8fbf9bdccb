"""Proximal gradient descent whose first steps have learned lengths."""

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
class StepLISTA(GradientMethod):
    """x <- prox(x - l_k / L grad misfit(x), l_k / L): proximal gradient, with lengths l_k of the first steps.

    `tuning.learned_lengths` finds those that leave the least objective after so many steps, without a truth; a length
    above 2 may go up on the way. After them each is 1, so that it converges as ProximalGradient. Where the misfit bends
    unevenly, 1/L is by its bend at hand. Ablin, Moreau, Massias & Gramfort 2019, doi 10.48550/arXiv.1905.11071.
    """

    formula = r"x \gets \operatorname{prox}_{l_k g / L}\left(x - \frac{l_k}{L} \nabla f(x)\right)"

    lengths: Annotated[tuple[float, ...], Range(0, 10, limits=(0, 1e3)), "first steps, in units of 1 / L; none: 1"] = ()

    needs = Needs(prior=Can.PROX, noise=Likelihood.GRAD)

    def step(self, problem: Problem, state: ParabolaState, rng: torch.Generator) -> ParabolaState:
        return proximal_step(problem, state, None, self._share(state))

    def length(self, state: State) -> Each:
        return self._share(state) * found_step(state)

    def _share(self, state: State) -> float:
        """The length of the step to come."""
        return self.lengths[state.k] if state.k < len(self.lengths) else 1.0
