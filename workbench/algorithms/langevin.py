"""Sampling from the posterior exp(-objective)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.gradient import inverse
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import normal_like


@dataclass(frozen=True)
class UnadjustedLangevin(Algorithm):
    """x <- x - step grad objective(x) + sqrt(2 step) n, n standard normal: x ~ p(x | y) after many steps.

    Stable below 2/L. On a Gaussian posterior the mean is exact and the variance 1 / c of a direction of curvature
    c comes out as 1 / (c (1 - step c / 2)): at 0.1/L, taken when none is given, at most 5.3 % too large.
    Roberts & Tweedie 1996, doi 10.2307/3318418; Durmus & Moulines 2017, doi 10.1214/16-AAP1238.
    """

    step_size: Step = None

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ)
    random = True

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {"lipschitz": problem.lipschitz() + problem.prior.lipschitz()}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> State:
        return State(x, 0, self.measure(problem))

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        x, step = state.x, self.current_step(state)
        slope = problem.misfit_grad(x) + problem.prior.grad(x)
        return replace(state, x=x - step * slope + (2 * step) ** 0.5 * normal_like(x, rng), k=state.k + 1)

    def current_step(self, state: State) -> float:
        return 0.1 * inverse(state.measured["lipschitz"]) if self.step_size is None else self.step_size

    def largest_step(self, state: State) -> float | None:
        return 2 / lipschitz if (lipschitz := state.measured["lipschitz"]) else None
