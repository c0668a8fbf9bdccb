"""Gradient descent, with the prior's gradient or its prox."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step, lacks_bend, prior_bend
from workbench.algorithms.parabola import Bent, Point, advanced, bent, following
from workbench.algorithms.proximal import each
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import Each, each_of, least, times


@dataclass(frozen=True)
class GradientMethod(Algorithm):
    """Steps along the misfit's gradient: of a given length, or 1/L, or by the bend at hand where that is uneven."""

    safe_share: ClassVar[float] = 2.0  # the largest safe step, in units of 1/L

    @property
    def given(self) -> float | None:
        """The step that a person gave."""
        return None

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return bends(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Bent:
        return bent(problem, x, self.measure(problem))

    def adapt(self, problem: Problem, state: Bent) -> Bent:
        return replace(bent(problem, state.x, self.measure(problem)), k=state.k)

    def length(self, state: State) -> Each:
        """The step in use."""
        return found_step(state, self.given)

    def current_step(self, state: State) -> float | None:
        return least(self.length(state))

    def largest_step(self, state: State) -> float | None:
        return safe_step(state, self.given, self.safe_share)


@dataclass(frozen=True)
class GradientDescent(GradientMethod):
    """x <- x - step (grad misfit + grad prior).

    Below 2/L the objective falls at every step; 1/L is taken when none is given. Where the misfit bends unevenly, 1/L
    of its bend at hand, so that the objective falls there too. Cauchy 1847, Comptes Rendus 25, 536.
    """

    step_size: Step = None

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD)

    @property
    def given(self) -> float | None:
        return self.step_size

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_bend(problem, self.step_size)

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return bends(problem, of_prior=True)

    def step(self, problem: Problem, state: Bent, rng: torch.Generator) -> Bent:
        of_prior = problem.prior.grad(state.x)
        if searches(self.step_size, state):
            return advanced(problem, state, lambda g, r: state.x - times(shortened(r, state), g + of_prior))[0]
        return following(state, state.x - times(self.length(state), problem.misfit_grad(state.x) + of_prior))


@dataclass(frozen=True)
class ProximalGradient(GradientMethod):
    """x <- prox(x - step grad misfit, step): the gradient of the noise, the prox of the prior.

    Below 2/L, L of the misfit, the objective falls at every step; 1/L is taken when none is given. Where the misfit
    bends unevenly, 1/L of its bend at hand, so that the objective falls there too.
    Combettes & Wajs 2005, doi 10.1137/050626090.
    """

    step_size: Step = None

    needs = Needs(prior=Can.PROX, noise=Likelihood.GRAD)

    @property
    def given(self) -> float | None:
        return self.step_size

    def step(self, problem: Problem, state: Bent, rng: torch.Generator) -> Bent:
        return proximal_step(problem, state, self.step_size)


def proximal_step(problem: Problem, state: Point, step_size: float | None, relax: float = 1.0) -> Point:
    """The state after a gradient step on the misfit, `relax` times as long, and a prox step on the prior."""
    if searches(step_size, state):
        prox = problem.prior.prox
        return advanced(problem, state, lambda g, r: each(prox, relax * r, state.x - times(relax * r, g)))[0]
    return following(state, forward_backward(problem, state.x, relax * found_step(state, step_size)))


def forward_backward(problem: Problem, x: Tensor, step: Each) -> Tensor:
    """A gradient step on the misfit, then a prox step on the prior."""
    return each(problem.prior.prox, step, x - times(step, problem.misfit_grad(x)))


def bends(problem: Problem, of_prior: bool = False) -> Mapping[str, Each]:
    """A Lipschitz constant of the gradient of the misfit, of both with `of_prior`; "prior", that of the prior alone.

    Each only where it is known: of a misfit with a linear A, of a prior that says it.
    """
    beside = prior_bend(problem) if of_prior else None
    found: dict[str, Each] = {} if beside is None else {"prior": beside}
    if problem.operator.linear and Likelihood.LIPSCHITZ in problem.noise.can and (beside is not None or not of_prior):
        found["lipschitz"] = problem.lipschitz() + (beside or 0.0)
    return found


def searches(step_size: float | None, state: State) -> bool:
    """Whether a step has to be found at every x: none is given, and no constant says how the misfit bends."""
    return step_size is None and isinstance(state, Bent) and state.reach is not None


def shortened(reach: Each, state: State) -> Each:
    """The step for both gradients where `reach` is that for the misfit."""
    return 1 / (1 / reach + state.measured.get("prior", 0.0))


def found_step(state: State, step_size: float | None = None) -> Each:
    """The step that is given; or what the bend at x allows; or 1/L."""
    if step_size is not None:
        return step_size
    if isinstance(state, Bent) and state.reach is not None:
        return shortened(each_of(state.reach), state)
    return inverse(state.measured["lipschitz"])


def safe_step(state: State, step_size: float | None, most: float = 2.0) -> float | None:
    """`most` / L, the least of the batch; None where no constant is known, or the step follows the bend."""
    bend = state.measured.get("lipschitz")
    return None if bend is None or not least(bend) or searches(step_size, state) else least(most / bend)


def inverse(lipschitz: Each) -> Each:
    """1/L; an objective that does not bend at all has no default step."""
    if not least(lipschitz):
        raise Refusal("an objective that bends at the start", "a flat one", "give the step size, or another operator")
    return 1 / lipschitz
