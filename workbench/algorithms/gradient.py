"""First-order methods on smooth or proximable objectives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import dot, spread

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

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> State:
        return State(x, 0, self.measure(problem))

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        return replace(state, x=forward_backward(problem, state.x, self.current_step(state)), k=state.k + 1)

    def current_step(self, state: State) -> float:
        return inverse(state.measured["lipschitz"]) if self.step_size is None else self.step_size

    def largest_step(self, state: State) -> float | None:
        return 2 / lipschitz if (lipschitz := state.measured["lipschitz"]) else None


@dataclass(frozen=True)
class Momentum(State):
    """The iterate, the one before it, and `age`, (B,): the steps since the momentum of an item was last let go."""

    before: Tensor = field(kw_only=True)
    age: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class FISTA(Algorithm):
    """x <- prox(v - step grad misfit(v), step) at v = x + (n - 1) / (n + inertia) (x - x before), n = 1, 2, ...

    Stable up to 1/L, with objective - minimum <= O(L / k^2); the iterates converge too for inertia > 2. An item
    whose momentum points uphill starts again at n = 1 when `restart` is on.
    Beck & Teboulle 2009, doi 10.1137/080716542; Chambolle & Dossal 2015, doi 10.1007/s10957-015-0746-4;
    O'Donoghue & Candes 2015, doi 10.1007/s10208-013-9150-3.
    """

    step_size: Step = None
    inertia: Annotated[float, Range(2, 50, log=True), "how slowly the momentum grows"] = 3.0
    restart: Annotated[bool, "drop the momentum where it points uphill"] = True

    needs = Needs(prior=Can.PROX, noise=_SMOOTH, linear=True)

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {"lipschitz": problem.lipschitz()}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Momentum:
        age = torch.ones(len(x), dtype=x.real.dtype, device=x.device)
        return Momentum(x, 0, self.measure(problem), before=x, age=age)

    def step(self, problem: Problem, state: Momentum, rng: torch.Generator) -> Momentum:
        x, moved, n = state.x, state.x - state.before, state.age
        v = x + spread((n - 1) / (n + self.inertia), x) * moved
        new = forward_backward(problem, v, self.current_step(state))
        age = n + 1
        if self.restart:
            age = torch.where(dot(v - new, new - x) > 0, torch.ones_like(n), age)
        return replace(state, x=new, before=x, age=age, k=state.k + 1)

    def current_step(self, state: State) -> float:
        return inverse(state.measured["lipschitz"]) if self.step_size is None else self.step_size

    def largest_step(self, state: State) -> float | None:
        return 1 / lipschitz if (lipschitz := state.measured["lipschitz"]) else None


def forward_backward(problem: Problem, x: Tensor, step: float) -> Tensor:
    """A gradient step on the misfit, then a prox step on the prior."""
    return problem.prior.prox(x - step * problem.misfit_grad(x), step)


def inverse(lipschitz: float) -> float:
    """1/L; a nonlinear operator may be flat where it is measured, and then has no default step."""
    if lipschitz == 0:
        raise Refusal("an objective that bends at the start", "a flat one", "give the step size, or another operator")
    return 1 / lipschitz
