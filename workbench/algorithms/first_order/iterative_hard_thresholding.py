"""Gradient steps among signals with few entries."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Needs, Step
from workbench.algorithms.first_order.gradient_method import GradientMethod
from workbench.algorithms.steps.lengths import searches
from workbench.algorithms.steps.parabola import ParabolaState, advanced, following
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import abs2, times


@dataclass(frozen=True)
class IterativeHardThresholding(GradientMethod):
    """x <- the largest entries of x - step grad misfit(x), a fraction `kept` of them, the others 0.

    Among all signals with so few entries the misfit falls at every step up to 1/L, from the start so cut down; limits
    are fixed points. Blumensath & Davies 2009, doi 10.1016/j.acha.2009.04.002.
    """

    formula = r"x \gets H_s(x - \tau \nabla f(x))"

    kept: Annotated[float, Range(0.01, 1, log=True, limits=(1e-9, 1)), "fraction of the entries that are not 0"] = 0.25
    step_size: Step = None

    exact = False
    safe_share = 1.0
    needs = Needs(prior=Can.PROJECTION | Can.GRAD, noise=Likelihood.GRAD, linear=True)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> ParabolaState:
        return super().init(problem, self._cut(x), rng)

    def step(self, problem: Problem, state: ParabolaState, rng: torch.Generator) -> ParabolaState:
        if searches(self.step_size, state):
            return advanced(problem, state, lambda g, r: self._cut(state.x - times(r, g)))[0]
        return following(state, self._cut(state.x - times(self.length(state), problem.misfit_grad(state.x))))

    def _cut(self, x: Tensor) -> Tensor:
        """The largest entries of each item where they are, 0 elsewhere."""
        sizes = abs2(x).flatten(1)
        largest = sizes.topk(max(1, int(self.kept * sizes.shape[1])), dim=1).indices
        # A mask by index and not by size: entries of the same size would else all stay.
        kept = torch.zeros_like(sizes, dtype=torch.bool).scatter_(1, largest, True)
        return torch.where(kept.reshape(x.shape), x, torch.zeros_like(x))
