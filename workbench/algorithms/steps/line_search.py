"""Line searches for every item of a batch by itself."""

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from workbench.algorithms.base import State
from workbench.problem import Problem
from workbench.tensors import dot, spread

_TRIALS, _ROUNDING = 25, 8  # trials of a search; units in the last place


class Point(NamedTuple):
    """A signal with its objective, (B,), and the gradient of it."""

    x: Tensor
    value: Tensor
    slope: Tensor


@dataclass(frozen=True)
class LineSearchState(State):
    """The iterate, its objective, (B,), its gradient, and the step that the next search tries first, (B,)."""

    value: Tensor = field(kw_only=True)
    slope: Tensor = field(kw_only=True)
    step: Tensor = field(kw_only=True)

    def point(self) -> Point:
        return Point(self.x, self.value, self.slope)


@dataclass(frozen=True)
class Rule:
    """What ends a search: a decrease of so much of what the slope promises; a slope left of at most so much of it."""

    decrease: float
    curvature: float = float("inf")

    def falls(self, start: Point, new: Point, step: Tensor, ceiling: Tensor, downhill: Tensor) -> Tensor:
        """Whether the objective falls enough below the ceiling, (B,); by its slope where values are but rounding.

        Hager & Zhang 2005, doi 10.1137/030601880.
        """
        rounding = rounding_of(start.value, start.x)
        gentle = dot(new.slope, new.x - start.x) <= (1 - 2 * self.decrease) * step * downhill.abs()
        by_value = new.value <= ceiling + self.decrease * step * downhill
        return by_value | ((new.value <= ceiling + rounding) & gentle)


def rounding_of(value: Tensor, x: Tensor) -> Tensor:
    """What rounding may do to an objective, (B,): it is a sum of about one an entry, even where it cancels to 0."""
    return _ROUNDING * torch.finfo(value.dtype).eps * (value.abs() + x[0].numel())


def evaluate(problem: Problem, x: Tensor) -> Point:
    """The objective and its gradient, for one A and one A* in all."""
    clean = problem.operator(x)
    value = problem.noise.nll(clean, problem.y) + problem.prior(x)
    slope = problem.operator.at(x).adjoint(problem.noise.grad(clean, problem.y)) + problem.prior.grad(x)
    return Point(x, value, slope)


def search(
    problem: Problem, start: LineSearchState, direction: Tensor, rule: Rule, ceiling: Tensor | None = None
) -> tuple[Point, Tensor]:
    """The point at start + step direction and the step, (B,): 0 where nothing lower was found.

    Brackets by tens and halves, and by the secant of the slopes inside: exact on a parabola. `ceiling` is the value to
    fall below, (B,), that of the start when none is given.
    """
    origin, step = start.point(), start.step
    ceiling = origin.value if ceiling is None else ceiling
    downhill = dot(origin.slope, direction)
    low, high = torch.zeros_like(step), torch.full_like(step, torch.inf)
    wrong = downhill < 0
    for _ in range(_TRIALS):
        new = evaluate(problem, origin.x + spread(step, direction) * direction)
        rise = dot(new.slope, direction)
        falls = rule.falls(origin, new, step, ceiling, downhill)
        far = ~falls | (rise > rule.curvature * downhill.abs())
        near = ~far & (rise < -rule.curvature * downhill.abs())
        wrong = far | near
        if not bool(wrong.any()):
            return new, step
        low, high = torch.where(near, step, low), torch.where(far, step, high)
        secant = step * downhill / (downhill - rise)
        step = torch.where(wrong, _between(low, high, secant, falls), step)
    # What is still wrong in its trial falls back on the last that was merely too near, or stays where it is.
    step = torch.where(wrong, low, step)
    return evaluate(problem, origin.x + spread(step, direction) * direction), step


def _between(low: Tensor, high: Tensor, secant: Tensor, falls: Tensor) -> Tensor:
    """The next trial: the secant's, kept inside the bracket, and away from an end that is too high."""
    width = high - low
    inside = torch.where(secant.isfinite() & (secant > 0), secant, low + width / 2)
    least = torch.where(high.isfinite(), low + width / 10, 1.5 * low)
    most = torch.where(high.isfinite(), low + torch.where(falls, 0.9 * width, 0.5 * width), 10 * low)
    return inside.maximum(least).minimum(most)
