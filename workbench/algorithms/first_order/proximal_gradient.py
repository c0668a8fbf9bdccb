"""Gradient descent with the prior's prox."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Needs, Step
from workbench.algorithms.first_order.gradient_method import GradientMethod
from workbench.algorithms.steps.lengths import found_step, searches
from workbench.algorithms.steps.parabola import ParabolaState, Point, advanced, bent, following
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.priors.base import Nearing
from workbench.problem import Problem
from workbench.tensors import Each, each, times


@dataclass(frozen=True)
class NearingState(ParabolaState):
    """The iterate, and where the loop of its prox stands."""

    prox: Nearing | None = field(kw_only=True, default=None)


@dataclass(frozen=True)
class ProximalGradient(GradientMethod):
    """x <- prox(x - step grad misfit, step): the gradient of the noise, the prox of the prior.

    Below 2/L, L of the misfit, the objective falls at every step; 1/L is taken when none is given. Where the misfit
    bends unevenly, 1/L of its bend at hand, so that the objective falls there too. `inner` given: of a prox that is a
    loop a step makes so many steps, from where the last one left it, instead of all: denoising is seen to settle.
    Combettes & Wajs 2005, doi 10.1137/050626090.
    """

    formula = r"x \gets \operatorname{prox}_{\tau g}(x - \tau \nabla f(x))"

    step_size: Step = None
    inner: Annotated[
        int | None, Range(1, 1000, log=True), "steps of a prox that is a loop; to its tolerance if empty"
    ] = None

    needs = Needs(prior=Can.PROX, noise=Likelihood.GRAD)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> NearingState:
        return NearingState(**vars(bent(problem, x, self.measure(problem))))

    def step(self, problem: Problem, state: ParabolaState, rng: torch.Generator) -> ParabolaState:
        whole = not problem.prior.gradual or searches(self.step_size, state)
        if self.inner is None or whole or not isinstance(state, NearingState):
            return proximal_step(problem, state, self.step_size)
        step = found_step(state, self.step_size)
        ahead = state.x - times(step, problem.misfit_grad(state.x))
        found = problem.prior.nearing(ahead, step, self.inner, state.prox)
        return replace(following(state, found.x), prox=found)

    def adapt(self, problem: Problem, state: ParabolaState) -> ParabolaState:
        prox = state.prox if isinstance(state, NearingState) else None
        return replace(self.init(problem, state.x, torch.Generator()), k=state.k, prox=prox)


def proximal_step(problem: Problem, state: Point, step_size: float | None, relax: float = 1.0) -> Point:
    """The state after a gradient step on the misfit, `relax` times as long, and a prox step on the prior."""
    if searches(step_size, state):
        prox = problem.prior.prox
        return advanced(problem, state, lambda g, r: each(prox, relax * r, state.x - times(relax * r, g)))[0]
    return following(state, forward_backward(problem, state.x, relax * found_step(state, step_size)))


def forward_backward(problem: Problem, x: Tensor, step: Each) -> Tensor:
    """A gradient step on the misfit, then a prox step on the prior."""
    return each(problem.prior.prox, step, x - times(step, problem.misfit_grad(x)))
