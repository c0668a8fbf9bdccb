"""Descent along lines: Armijo's rule, Barzilai's and Borwein's steps, nonlinear conjugate gradients."""

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, prior_bend
from workbench.algorithms.lines import Point, Rule, Searched, evaluate, search
from workbench.algorithms.scales import typical_curvature
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import dot, norm, norm2, spread

Decrease = Annotated[
    float, Range(1e-4, 0.4, log=True, limits=(1e-12, 0.49)), "share of the decrease that the slope promises"
]
_GROWTH = 10.0
_NEEDS = Needs(prior=Can.GRAD | Can.VALUE, noise=Likelihood.GRAD)


@dataclass(frozen=True)
class _Descent(Algorithm):
    """What descents along lines have in common: the first trial, and a fresh start where the problem changes."""

    needs = _NEEDS

    @abstractmethod
    def begin(self, state: Searched) -> Searched:
        """The state at k = 0, from the part that all descents share."""

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Searched:
        _, value, slope = evaluate(problem, x)
        step = 1 / (typical_curvature(problem) + (prior_bend(problem) or 0.0))
        return self.begin(Searched(x, 0, self.measure(problem), value=value, slope=slope, step=step))

    def adapt(self, problem: Problem, state: Searched) -> Searched:
        return replace(self.init(problem, state.x, torch.Generator()), k=state.k)

    def current_step(self, state: State) -> float | None:
        return float(state.step.max()) if isinstance(state, Searched) else None


@dataclass(frozen=True)
class ArmijoGradientDescent(_Descent):
    """x <- x - step grad objective(x), the step shortened until the objective falls by decrease step |grad|^2.

    Asks for no Lipschitz constant, linear or not, convex or not: the objective falls at every step, the gradient
    goes to 0. Each search begins at `growth` times the last step. Armijo 1966, doi 10.2140/pjm.1966.16.1.
    """

    decrease: Decrease = 0.1
    growth: Annotated[float, Range(1, 5, limits=(1, 100)), "first trial in units of the last step"] = 2.0

    def begin(self, state: Searched) -> Searched:
        return state

    def step(self, problem: Problem, state: Searched, rng: torch.Generator) -> Searched:
        new, step = search(problem, state, -state.slope, Rule(self.decrease))
        step = torch.where(step > 0, self.growth * step, state.step)
        return replace(state, **new._asdict(), step=step, k=state.k + 1)


@dataclass(frozen=True)
class Remembered(Searched):
    """The objectives of the last iterates besides, (B, memory)."""

    recent: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class BarzilaiBorwein(_Descent):
    """x <- x - step grad objective(x), step = <s, s> / <s, z> (long) or <s, z> / <z, z> (short), s and z the last
    changes of x and of the gradient.

    Shortened until the objective is below the largest of the last `memory`: it may rise, never above its start, and
    the gradient goes to 0. Barzilai & Borwein 1988, doi 10.1093/imanum/8.1.141; Raydan 1997, doi
    10.1137/S1052623494266365.
    """

    rule: Annotated[Literal["long", "short", "alternate"], "which of the two steps"] = "alternate"
    memory: Annotated[int, Range(1, 20, limits=(1, 1000)), "objectives to stay below the largest of"] = 10
    decrease: Decrease = 1e-4

    def begin(self, state: Searched) -> Remembered:
        return Remembered(**vars(state), recent=state.value[:, None])

    def step(self, problem: Problem, state: Remembered, rng: torch.Generator) -> Remembered:
        ceiling = state.recent[:, -self.memory :].amax(1)
        new, step = search(problem, state, -state.slope, Rule(self.decrease), ceiling)
        recent = torch.cat([state.recent, new.value[:, None]], 1)[:, -self.memory :]
        step = torch.where(step > 0, self._next(state, new, step), state.step)
        return replace(state, **new._asdict(), step=step, recent=recent, k=state.k + 1)

    def _next(self, state: Searched, new: Point, step: Tensor) -> Tensor:
        s, z = new.x - state.x, new.slope - state.slope
        sz = dot(s, z)
        long, short = norm2(s) / sz, sz / norm2(z)
        found = long if self.rule == "long" or (self.rule == "alternate" and state.k % 2 == 0) else short
        return torch.where((sz > 0) & found.isfinite() & (found > 0), found, 2 * step)


@dataclass(frozen=True)
class Directed(Searched):
    """The last search direction besides, and the slope along it, (B,)."""

    direction: Tensor = field(kw_only=True)
    downhill: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class NonlinearConjugateGradient(_Descent):
    """x <- x + step d, d <- -g + beta d, beta = <g, g - g before> / |g before|^2 or 0 (Polak & Ribiere), or Hager's
    and Zhang's; the step by a search that meets Wolfe's conditions.

    The objective falls at every step and the gradient goes to 0; on a quadratic, conjugate gradients. Polak & Ribiere
    1969, doi 10.1051/m2an/196903R100351; Hager & Zhang 2005, doi 10.1137/030601880.
    """

    beta: Annotated[Literal["polak-ribiere", "hager-zhang"], "how much of the last direction stays"] = "polak-ribiere"
    curvature: Annotated[float, Range(0.01, 0.9, limits=(1e-6, 0.99)), "share of the slope a search may leave"] = 0.1

    def begin(self, state: Searched) -> Directed:
        return Directed(**vars(state), direction=-state.slope, downhill=-norm2(state.slope))

    def step(self, problem: Problem, state: Directed, rng: torch.Generator) -> Directed:
        d = state.direction
        new, step = search(problem, state, d, Rule(min(0.01, self.curvature / 2), self.curvature))
        onward = -new.slope + spread(self._beta(state, new), d) * d
        down = dot(new.slope, onward)
        # A search that found nothing, or a direction that does not descend: once more along the gradient.
        lost = (step == 0) | (down >= 0)
        onward = torch.where(spread(lost, d), -new.slope, onward)
        down = torch.where(lost, -norm2(new.slope), down)
        # What the last step promised, promised again; slopes that are rounding make no ratio.
        ahead = (step * state.downhill / down).minimum(_GROWTH * step)
        step = torch.where((step > 0) & ahead.isfinite() & (ahead > 0), ahead, state.step)
        return replace(state, **new._asdict(), step=step, direction=onward, downhill=down, k=state.k + 1)

    def _beta(self, state: Directed, new: Point) -> Tensor:
        g, d, z = new.slope, state.direction, new.slope - state.slope
        if self.beta == "polak-ribiere":
            found, least = dot(g, z) / norm2(state.slope), torch.zeros_like(new.value)
        else:
            dz = dot(d, z)
            found = dot(z - spread(2 * norm2(z) / dz, z) * d, g) / dz
            least = -1 / (norm(d) * norm(state.slope).clamp_max(0.01))
        return torch.where(found.isfinite(), found, 0.0).maximum(torch.where(least.isfinite(), least, 0.0))
