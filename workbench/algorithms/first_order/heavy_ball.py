"""Polyak's heavy ball."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, Step, lacks_bend
from workbench.algorithms.steps.lengths import bends, found_step, inverse, safe_step, searches, shortened
from workbench.algorithms.steps.line_search import rounding_of
from workbench.algorithms.steps.parabola import ParabolaState, below_parabola, first_reach, misfit_at
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each_of, least, spread, times

_MOST, _PLAIN, _SAFETY = 0.98, 0.5, 0.99


@dataclass(frozen=True)
class HeavyBallConstants(Constants):
    """And the momentum that is best for the slowest direction, and whether the objective is quadratic."""

    momentum: float = field(kw_only=True)
    quadratic: bool = field(kw_only=True)


@dataclass(frozen=True)
class HeavyBallState(ParabolaState):
    """And the iterate before it, and the objective that it must not exceed, (B,)."""

    measured: HeavyBallConstants = field(kw_only=True)
    before: Tensor = field(kw_only=True)
    ceiling: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class HeavyBall(Algorithm[HeavyBallState]):
    """x <- x - step grad objective(x) + momentum (x - x before).

    Converges below 2 (1 - momentum) / L, convex or not, and for quadratic objectives below 2 (1 + momentum) / L, there
    as (1 - sqrt(m / L))^k by default, m of strong convexity. `safe`: an item that would end above its start takes a
    gradient step of 1/L. Where the misfit bends unevenly, L is the largest bend met so far.
    Polyak 1964, doi 10.1016/0041-5553(64)90137-5; Ghadimi et al. 2015, doi 10.1109/ECC.2015.7330562.
    """

    formula = r"x_{n+1} = x_n - \tau \nabla F(x_n) + \beta (x_n - x_{n-1})"

    step_size: Step = None
    momentum: Annotated[
        float | None, Range(0, 0.98, limits=(0, 0.9999)), "share of the last move that goes on, found when empty"
    ] = None
    safe: Annotated[bool, "never above the objective of the start"] = True

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD, linear=True)

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_bend(problem, self.step_size)

    def measure(self, problem: Problem) -> HeavyBallConstants:
        known = bends(problem, of_prior=True)
        quadratic = Likelihood.QUADRATIC in problem.noise.can and Can.QUADRATIC in problem.prior.can
        lipschitz = least(known.lipschitz)
        found = _PLAIN
        if quadratic and lipschitz:
            found = min(_MOST, (1 - min(1.0, problem.strong_convexity() / lipschitz) ** 0.5) ** 2)
        return HeavyBallConstants(known.lipschitz, known.prior, momentum=found, quadratic=quadratic)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> HeavyBallState:
        reach, ceiling = first_reach(problem), problem.objective(x)
        return HeavyBallState(x, measured=self.measure(problem), reach=reach, before=x, ceiling=ceiling)

    def step(self, problem: Problem, state: HeavyBallState, rng: torch.Generator) -> HeavyBallState:
        x, of_prior = state.x, problem.prior.grad(state.x)
        carried = self._momentum(state) * (x - state.before)
        if searches(self.step_size, state):
            return self._searched(problem, state, of_prior, carried)
        slope = problem.misfit_grad(x) + of_prior
        new = x - times(self._step(state), slope) + carried
        if self.safe:
            plain = x - times(self._plain(state), slope)
            new = torch.where(spread(self._below(problem, state, new), new), new, plain)
        return replace(state, x=new, before=x, k=state.k + 1)

    def adapt(self, problem: Problem, state: HeavyBallState) -> HeavyBallState:
        return replace(self.fresh(problem, state), before=state.before)

    def current_step(self, state: HeavyBallState) -> float | None:
        return least(self._step(state))

    def largest_step(self, state: HeavyBallState) -> float | None:
        return safe_step(state, self.step_size, self._most(state))

    def edge(self, state: HeavyBallState) -> float:
        return 2 * (1 + self._momentum(state))

    def _searched(self, problem: Problem, state: HeavyBallState, of_prior: Tensor, carried: Tensor) -> HeavyBallState:
        start, share = misfit_at(problem, state.x), self._share(state)

        def along(reach: Tensor) -> Tensor:
            return times(shortened(each_of(reach), state), start.slope + of_prior)

        assert state.reach is not None
        new, reach = below_parabola(problem, start, state.reach, lambda r: state.x - share * along(r) + carried)
        plain = partial(below_parabola, problem, start, reach, lambda r: state.x - along(r))
        x = self._held(problem, state, new.x, lambda: plain()[0].x)
        return replace(state, x=x, before=state.x, reach=reach, k=state.k + 1)

    def _held(self, problem: Problem, state: HeavyBallState, new: Tensor, plain: Callable[[], Tensor]) -> Tensor:
        """The new iterate, and a plain step for an item that would end above its start."""
        if not self.safe:
            return new
        below = self._below(problem, state, new)
        return new if bool(below.all()) else torch.where(spread(below, new), new, plain())

    def _below(self, problem: Problem, state: HeavyBallState, new: Tensor) -> Tensor:
        """Which items are not above their start: (B,)."""
        return problem.objective(new) <= state.ceiling + rounding_of(state.ceiling, new)

    def _plain(self, state: HeavyBallState) -> Each:
        """1/L; the step that was given where nobody knows L."""
        return self._step(state) if state.measured.lipschitz is None else inverse(state.measured.lipschitz)

    def _step(self, state: HeavyBallState) -> Each:
        return found_step(state, self.step_size) * (self._share(state) if self.step_size is None else 1.0)

    def _share(self, state: HeavyBallState) -> float:
        """The step that is found, in units of 1/L."""
        return min(1.0, _SAFETY * self._most(state))

    def _momentum(self, state: HeavyBallState) -> float:
        return state.measured.momentum if self.momentum is None else self.momentum

    def _most(self, state: HeavyBallState) -> float:
        """The largest step in units of 1/L."""
        return 2 * (1 + self._momentum(state) if state.measured.quadratic else 1 - self._momentum(state))
