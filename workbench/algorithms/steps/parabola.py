"""Steps by the bend of the misfit at hand: shortened until the misfit is below a parabola, every item by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from workbench.algorithms.base import Constants, State
from workbench.algorithms.steps.line_search import rounding_of
from workbench.algorithms.steps.scales import typical_curvature
from workbench.problem import Problem
from workbench.tensors import Each, dot, each_of, norm2, spread

_HALVINGS = 60
_LONGEST = 1e30  # a step; longer ones are no numbers in single precision


class Misfit(NamedTuple):
    """A signal with its misfit, (B,), and the gradient of it."""

    x: Tensor
    value: Tensor
    slope: Tensor


class Trial(NamedTuple):
    """A signal with A(x) and its misfit, (B,)."""

    x: Tensor
    clean: Tensor
    value: Tensor

    def misfit(self, problem: Problem) -> Misfit:
        """The same with the gradient, for one A*."""
        slope = problem.operator.at(self.x).adjoint(problem.noise.grad(self.clean, problem.y))
        return Misfit(self.x, self.value, slope)


class Ceiling(NamedTuple):
    """What the objective has to come below, (B,), and by which share of |change|^2 / 2 step."""

    value: Tensor
    share: float


def tried(problem: Problem, x: Tensor) -> Trial:
    """A(x) and the misfit."""
    clean = problem.operator(x)
    return Trial(x, clean, problem.noise.nll(clean, problem.y))


def misfit_at(problem: Problem, x: Tensor) -> Misfit:
    """The misfit and its gradient, for one A and one A*."""
    return tried(problem, x).misfit(problem)


def below_parabola(
    problem: Problem,
    start: Misfit,
    step: Tensor,
    move: Callable[[Tensor], Tensor],
    ceiling: Ceiling | None = None,
) -> tuple[Trial, Tensor]:
    """move(step) and its step, (B,), halved until the misfit is below its parabola at the start of bend 1 / step.

    Where a ceiling is finite, until the objective is below it: that is seen even where a prox is not exact. Values
    that differ by rounding alone are compared by their slopes. An item for which no step will do stays at the start.
    """
    rounding = rounding_of(start.value, start.x)
    trials = 0
    while True:
        new = tried(problem, move(step))
        d = new.x - start.x
        parabola = norm2(d) / (2 * step)
        excess = new.value - start.value - dot(start.slope, d) - parabola
        fine = excess <= 0
        if ceiling is not None or bool((~fine & (excess <= rounding)).any()):
            rise = dot(new.misfit(problem).slope - start.slope, d)
            gentle = (excess <= rounding) & (rise <= 2 * parabola)
            fine = fine | gentle
            if ceiling is not None:
                value = new.value + problem.prior(new.x)
                falls = value <= ceiling.value - ceiling.share * parabola
                falls = falls | (gentle & (value <= ceiling.value + rounding))
                fine = torch.where(ceiling.value.isfinite(), falls, fine)
        if bool(fine.all()):
            return new, step
        step, trials = torch.where(fine, step, step / 2), trials + 1
        if trials == _HALVINGS:
            return tried(problem, torch.where(spread(fine, d), new.x, start.x)), step


def reaching(start: Misfit, new: Misfit, step: Tensor, most: float = torch.inf) -> Tensor:
    """The step that the bend along the last move allows, |s|^2 / <s, z>, and `most` times the last, (B,).

    s and z are the changes of x and of the gradient: Barzilai & Borwein 1988, doi 10.1093/imanum/8.1.141.
    """
    s, z = new.x - start.x, new.slope - start.slope
    found = norm2(s) / dot(s, z)
    straight = torch.where(norm2(s) > 0, 2 * step, step)  # no bend seen; or no step taken: as before
    found = torch.where(found.isfinite() & (found > 0), found, straight)
    return found.minimum(most * step).clamp_max(_LONGEST)


@dataclass(frozen=True)
class ParabolaState(State):
    """The iterate; where the misfit bends unevenly, the step that its bend allows, (B,), and, where they are known at
    x, the misfit and its gradient. None where a Lipschitz constant says it all.
    """

    reach: Tensor | None = field(kw_only=True)
    value: Tensor | None = field(kw_only=True, default=None)
    slope: Tensor | None = field(kw_only=True, default=None)

    def here(self, problem: Problem) -> Misfit:
        """The misfit at the iterate."""
        if self.value is None or self.slope is None:
            return misfit_at(problem, self.x)
        return Misfit(self.x, self.value, self.slope)


Point = TypeVar("Point", bound=ParabolaState)
Other = TypeVar("Other", bound=State)


def following(state: Other, x: Tensor) -> Other:
    """The next state, at an x whose misfit is not known."""
    after = replace(state, x=x, k=state.k + 1)
    return replace(after, value=None, slope=None) if isinstance(after, ParabolaState) else after


def first_reach(problem: Problem) -> Tensor | None:
    """The step to try first, (B,): by the curvature that most data see; None where the misfit bends evenly."""
    return None if problem.bends_evenly else 1 / typical_curvature(problem)


def bent(problem: Problem, x: Tensor, measured: Constants) -> ParabolaState:
    """The state at k = 0."""
    return ParabolaState(x, 0, measured, reach=first_reach(problem))


def advanced(
    problem: Problem, state: Point, move: Callable[[Tensor, Each], Tensor], growth: Callable[[int], float] | None = None
) -> tuple[Point, Each]:
    """The next state, at move(gradient of the misfit, step that its bend allows), and that step, found as above.

    The step tried next is the one that the last bend allows, at most `growth(k)` times as long as this one.
    """
    assert state.reach is not None
    start = state.here(problem)
    trial, reach = below_parabola(problem, start, state.reach, lambda r: move(start.slope, each_of(r)))
    new = trial.misfit(problem)
    ahead = reaching(start, new, reach, growth(state.k) if growth else torch.inf)
    after = replace(state, x=new.x, k=state.k + 1, value=new.value, slope=new.slope, reach=ahead)
    return after, each_of(reach)


def wearing(k: int) -> float:
    """How much longer than the k-th a step may be, for methods whose steps have to settle: five times at first."""
    return 1 / (1 - 0.8 * 0.999**k)
