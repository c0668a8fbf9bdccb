"""Proximal gradient methods that find their step."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, S, State
from workbench.algorithms.steps.parabola import Misfit, below_parabola, misfit_at
from workbench.algorithms.steps.scales import typical_curvature
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can, Prior
from workbench.problem import Problem
from workbench.tensors import dot, each, each_of, spread


@dataclass(frozen=True)
class BacktrackingState(State):
    """The iterate, its misfit, (B,), the gradient of it, and the step that is tried first, (B,)."""

    value: Tensor = field(kw_only=True)
    slope: Tensor = field(kw_only=True)
    step: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class Backtracking(Algorithm[S]):
    """What proximal methods that find their step have in common: what they need."""

    needs = Needs(prior=Can.PROX, noise=Likelihood.GRAD)

    def current_step(self, state: State) -> float | None:
        return float(state.step.max()) if isinstance(state, BacktrackingState) else None


@dataclass(frozen=True)
class BacktrackingProximalGradient(Backtracking[BacktrackingState]):
    """x <- prox(x - step grad misfit, step), the step halved until the misfit is below its parabola of curvature
    1 / step.

    Asks for no Lipschitz constant, linear or not: the objective falls at every step, convex or not. Each search begins
    at `growth` times the last step. Beck & Teboulle 2009, doi 10.1137/080716542.
    """

    formula = (
        r"x' = \operatorname{prox}_{\tau g}(x - \tau \nabla f(x)), \quad \tau \gets \tau / 2 \text{ where } "
        r"f(x') > f(x) + \langle \nabla f(x), x' - x\rangle + \frac{|x' - x|^2}{2\tau}"
    )

    growth: Annotated[float, Range(1, 3, limits=(1, 100)), "first trial in units of the last step"] = 1.5

    restarts = True

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> BacktrackingState:
        _, value, slope = misfit_at(problem, x)
        step = 1 / typical_curvature(problem)
        return BacktrackingState(x, 0, self.measure(problem), value=value, slope=slope, step=step)

    def step(self, problem: Problem, state: BacktrackingState, rng: torch.Generator) -> BacktrackingState:
        start = Misfit(state.x, state.value, state.slope)
        new, step = below_parabola(problem, start, state.step, proximal(problem.prior, start))
        return replace(state, **new.misfit(problem)._asdict(), step=self.growth * step, k=state.k + 1)


@dataclass(frozen=True)
class BacktrackingFISTAState(State):
    """The iterate, the one before it, the steps since the momentum was let go, (B,), and the step, (B,)."""

    before: Tensor = field(kw_only=True)
    age: Tensor = field(kw_only=True)
    step: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class BacktrackingFISTA(Backtracking[BacktrackingFISTAState]):
    """FISTA whose step is halved where the misfit exceeds its parabola of curvature 1 / step at v; it never grows.

    Convex: objective - minimum <= O(1 / k^2) without a Lipschitz constant. The first step is `first` over the
    curvature that most data see, so that a few bright counts do not slow down the rest. The momentum is dropped where
    it points uphill. Beck & Teboulle 2009, doi 10.1137/080716542.
    """

    formula = (
        r"x \gets \operatorname{prox}_{\tau g}(v - \tau \nabla f(v)), \quad \tau \gets \tau / 2 \text{ where "
        r"} f(x) > f(v) + \langle \nabla f(v), x - v\rangle + \frac{|x - v|^2}{2\tau}"
    )

    first: Annotated[
        float, Range(0.1, 100, log=True, limits=(1e-6, 1e6)), "first step in units of the one that most data allow"
    ] = 2.0
    inertia: Annotated[float, Range(2, 50, log=True), "how slowly the momentum grows"] = 3.0

    needs = Needs(prior=Can.PROX | Can.CONVEX, noise=Likelihood.GRAD | Likelihood.CONVEX, linear=True)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> BacktrackingFISTAState:
        step = self.first / typical_curvature(problem)
        return BacktrackingFISTAState(x, 0, self.measure(problem), before=x, age=torch.ones_like(step), step=step)

    def step(self, problem: Problem, state: BacktrackingFISTAState, rng: torch.Generator) -> BacktrackingFISTAState:
        x, n = state.x, state.age
        v = x + spread((n - 1) / (n + self.inertia), x) * (x - state.before)
        new, step = shortening(problem, v, state.step)
        age = torch.where(dot(v - new, new - x) > 0, torch.ones_like(n), n + 1)
        return replace(state, x=new, before=x, age=age, step=step, k=state.k + 1)

    def adapt(self, problem: Problem, state: BacktrackingFISTAState) -> BacktrackingFISTAState:
        return replace(state, measured=self.measure(problem), step=self.first / typical_curvature(problem))

    def current_step(self, state: State) -> float | None:
        return float(state.step.max()) if isinstance(state, BacktrackingFISTAState) else None


def proximal(prior: Prior, start: Misfit) -> Callable[[Tensor], Tensor]:
    """The proximal gradient step from a signal, as a function of each item's step, (B,)."""
    return lambda step: each(prior.prox, each_of(step), start.x - spread(step, start.x) * start.slope)


def shortening(problem: Problem, v: Tensor, reach: Tensor) -> tuple[Tensor, Tensor]:
    """The proximal gradient step from v, and its size, (B,): `reach`, or as much shorter as the bend at v asks."""
    start = misfit_at(problem, v)
    new, reach = below_parabola(problem, start, reach, proximal(problem.prior, start))
    return new.x, reach
