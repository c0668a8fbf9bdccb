"""Polyak's heavy ball."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.gradient import inverse
from workbench.algorithms.lines import rounding_of
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import spread

_MOST, _PLAIN, _SAFETY = 0.98, 0.5, 0.99


@dataclass(frozen=True)
class Ball(State):
    """The iterate, the one before it, and the objective that it must not exceed, (B,)."""

    before: Tensor = field(kw_only=True)
    ceiling: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class HeavyBall(Algorithm):
    """x <- x - step grad objective(x) + momentum (x - x before).

    Converges below 2 (1 - momentum) / L, convex or not, and for quadratic objectives below 2 (1 + momentum) / L, there
    as (1 - sqrt(m / L))^k by default, m of strong convexity. `safe`: an item that would end above its start takes a
    gradient step of 1/L. Polyak 1964, doi 10.1016/0041-5553(64)90137-5; Ghadimi et al. 2015, doi
    10.1109/ECC.2015.7330562.
    """

    step_size: Step = None
    momentum: Annotated[
        float | None, Range(0, 0.98, limits=(0, 0.9999)), "share of the last move that goes on, found when empty"
    ] = None
    safe: Annotated[bool, "never above the objective of the start"] = True

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ, linear=True)

    def measure(self, problem: Problem) -> Mapping[str, float]:
        quadratic = Likelihood.QUADRATIC in problem.noise.can and Can.QUADRATIC in problem.prior.can
        lipschitz = problem.lipschitz() + problem.prior.lipschitz()
        found = _PLAIN
        if quadratic and lipschitz:
            found = min(_MOST, (1 - min(1.0, problem.strong_convexity() / lipschitz) ** 0.5) ** 2)
        return {"lipschitz": lipschitz, "momentum": found, "quadratic": float(quadratic)}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Ball:
        return Ball(x, 0, self.measure(problem), before=x, ceiling=problem.objective(x))

    def step(self, problem: Problem, state: Ball, rng: torch.Generator) -> Ball:
        x, slope = state.x, problem.misfit_grad(state.x) + problem.prior.grad(state.x)
        new = x - self.current_step(state) * slope + self._momentum(state) * (x - state.before)
        if self.safe:
            below = problem.objective(new) <= state.ceiling + rounding_of(state.ceiling, x)
            new = torch.where(spread(below, x), new, x - inverse(state.measured["lipschitz"]) * slope)
        return replace(state, x=new, before=x, k=state.k + 1)

    def adapt(self, problem: Problem, state: Ball) -> Ball:
        return replace(state, measured=self.measure(problem), ceiling=problem.objective(state.x))

    def current_step(self, state: State) -> float:
        if self.step_size is not None:
            return self.step_size
        return min(1.0, _SAFETY * self._reach(state)) * inverse(state.measured["lipschitz"])

    def largest_step(self, state: State) -> float | None:
        return self._reach(state) / lipschitz if (lipschitz := state.measured["lipschitz"]) else None

    def _momentum(self, state: State) -> float:
        return state.measured["momentum"] if self.momentum is None else self.momentum

    def _reach(self, state: State) -> float:
        """The largest step in units of 1/L."""
        return 2 * (1 + self._momentum(state) if state.measured["quadratic"] else 1 - self._momentum(state))
