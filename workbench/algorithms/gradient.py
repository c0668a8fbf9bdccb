"""Gradient descent, with the prior's gradient or its prox."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.refusal import Refusal

_SMOOTH = Likelihood.GRAD | Likelihood.LIPSCHITZ


@dataclass(frozen=True)
class GradientDescent(Algorithm):
    """x <- x - step (grad misfit + grad prior).

    Below 2/L the objective falls at every step; 1/L is taken when none is given. Cauchy 1847, Comptes Rendus 25, 536.
    """

    step_size: Step = None

    needs = Needs(prior=Can.GRAD, noise=_SMOOTH)

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {"lipschitz": problem.lipschitz() + problem.prior.lipschitz()}

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        slope = problem.misfit_grad(state.x) + problem.prior.grad(state.x)
        return replace(state, x=state.x - self.current_step(state) * slope, k=state.k + 1)

    def current_step(self, state: State) -> float:
        return inverse(state.measured["lipschitz"]) if self.step_size is None else self.step_size

    def largest_step(self, state: State) -> float | None:
        return 2 / lipschitz if (lipschitz := state.measured["lipschitz"]) else None


@dataclass(frozen=True)
class ProximalGradient(Algorithm):
    """x <- prox(x - step grad misfit, step): the gradient of the noise, the prox of the prior.

    Below 2/L, L of the misfit, the objective falls at every step; 1/L is taken when none is given.
    Combettes & Wajs 2005, doi 10.1137/050626090.
    """

    step_size: Step = None

    needs = Needs(prior=Can.PROX, noise=_SMOOTH)

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {"lipschitz": problem.lipschitz()}

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        return replace(state, x=forward_backward(problem, state.x, self.current_step(state)), k=state.k + 1)

    def current_step(self, state: State) -> float:
        return inverse(state.measured["lipschitz"]) if self.step_size is None else self.step_size

    def largest_step(self, state: State) -> float | None:
        return 2 / lipschitz if (lipschitz := state.measured["lipschitz"]) else None


def forward_backward(problem: Problem, x: Tensor, step: float) -> Tensor:
    """A gradient step on the misfit, then a prox step on the prior."""
    return problem.prior.prox(x - step * problem.misfit_grad(x), step)


def inverse(lipschitz: float) -> float:
    """1/L; a nonlinear operator may be flat where it is measured, and then has no default step."""
    if lipschitz == 0:
        raise Refusal("an objective that bends at the start", "a flat one", "give the step size, or another operator")
    return 1 / lipschitz
