"""What methods that watch the objective share: the state, lines, and how a trial step is judged."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.steps.scales import bend_along
from workbench.linalg import ratio
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import dot, norm, norm2, spread

_TRIALS = 40
_LOOK, _FLAT = 10, 30.0  # a look at a number makes a GPU wait; what is left of a gradient, in last places
_ARMIJO, _WOLFE = 1e-4, 0.9
_ROUNDING = 10.0  # in units of the last place: differences of the objective below that say nothing


@dataclass(frozen=True)
class DescentState(State):
    """The iterate, its objective, (B,), the gradient there, and the length of the first gradient, (B,)."""

    value: Tensor = field(kw_only=True)
    slope: Tensor = field(kw_only=True)
    first: Tensor = field(kw_only=True)


D = TypeVar("D", bound=DescentState)


class Descent(Algorithm[D]):
    """Methods that need no step size: each step looks at the objective, and ends where the gradient is rounding."""

    restarts = True  # what was learnt belongs to one objective
    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD)

    @abstractmethod
    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> D: ...

    def done(self, state: D) -> bool:
        floor = _FLAT * torch.finfo(state.first.dtype).eps * state.first
        return state.k > 0 and state.k % _LOOK == 0 and bool((norm(state.slope) <= floor).all())


class TrialOutcome(NamedTuple):
    """Of a trial step: what it gained over what the model promised, and whether it was taken, (B,) each."""

    gain: Tensor
    taken: Tensor


def gradient(problem: Problem, x: Tensor) -> Tensor:
    """The gradient of the objective."""
    return problem.misfit_grad(x) + problem.prior.grad(x)


def begun(problem: Problem, x: Tensor) -> DescentState:
    """The state at k = 0."""
    g = gradient(problem, x)
    return DescentState(x, value=problem.objective(x), slope=g, first=norm(g))


def noise_of(value: Tensor) -> Tensor:
    """What rounding leaves of a difference of objectives, (B,)."""
    return _ROUNDING * torch.finfo(value.dtype).eps * value.abs()


def cauchy(problem: Problem, x: Tensor, g: Tensor) -> Tensor:
    """A step along -g, (B,): |g|^2 over the Fisher information along g; 1 / |g| where there is none."""
    bend = bend_along(problem, x, g)
    one = torch.ones_like(bend)
    return torch.where(bend > 0, ratio(norm2(g), bend), ratio(one, norm(g)))


def moved(problem: Problem, state: D, x: Tensor) -> D:
    """The state at x, a step later."""
    return replace(state, x=x, value=problem.objective(x), slope=gradient(problem, x), k=state.k + 1)


def tried(problem: Problem, state: D, p: Tensor, promised: Tensor) -> tuple[D, TrialOutcome]:
    """The state at x + p, for items whose objective falls as it should, else at x; `promised` is what the model says.

    Where both differences are rounding the step is taken.
    """
    x = state.x + p
    value = problem.objective(x)
    slack = noise_of(state.value)
    gain = (state.value - value + slack) / (promised + slack).clamp_min(torch.finfo(slack.dtype).tiny)
    gain = torch.where(value.isfinite(), gain, -torch.inf)
    taken = (gain > _ARMIJO) & (value <= state.value + slack)
    return moved(problem, state, torch.where(spread(taken, x), x, state.x)), TrialOutcome(gain, taken)


def downhill(p: Tensor, g: Tensor) -> Tensor:
    """p, or -g where p does not point down."""
    return torch.where(spread(dot(p, g) < 0, p), p, -g)


def armijo(problem: Problem, state: DescentState, p: Tensor) -> Tensor:
    """The first of 1, 1/2, 1/4, ... that lowers the objective by 1e-4 of what the slope promises, (B,); else 0.

    Armijo 1966, doi 10.2140/pjm.1966.16.1.
    """

    steep = dot(state.slope, p)

    def look(t: Tensor) -> tuple[Tensor, Tensor]:
        value = problem.objective(state.x + spread(t, p) * p)
        return value <= state.value + _ARMIJO * t * steep, torch.ones_like(t, dtype=torch.bool)

    return _bisected(look, torch.ones_like(state.value))


def wolfe(problem: Problem, state: DescentState, p: Tensor, first: Tensor) -> Tensor:
    """A step along p, (B,), by bisection from `first`: the objective falls as in `armijo`, and the slope to 0.9 of it.

    0 where rounding hides both. Lewis & Overton 2013, doi 10.1007/s10107-012-0514-2.
    """
    steep = dot(state.slope, p)

    def look(t: Tensor) -> tuple[Tensor, Tensor]:
        x = state.x + spread(t, p) * p
        value, flat = problem.objective(x), dot(gradient(problem, x), p)
        # Hager & Zhang 2005: near the minimum the slopes tell what differences of the objective cannot.
        level = (value <= state.value + noise_of(state.value)) & (flat <= (2 * _ARMIJO - 1) * steep)
        return level | (value <= state.value + _ARMIJO * t * steep), flat >= _WOLFE * steep

    return _bisected(look, first)


def _bisected(look: Callable[[Tensor], tuple[Tensor, Tensor]], t: Tensor) -> Tensor:
    """A t that is low enough and far enough, as `look` says; the last that was low enough where none is both."""
    low, high, found = torch.zeros_like(t), torch.full_like(t, torch.inf), torch.zeros_like(t, dtype=torch.bool)
    for _ in range(_TRIALS):
        enough, far = look(t)
        high = torch.where(~found & ~enough, t, high)
        low = torch.where(~found & enough, t, low)
        found = found | (enough & far)
        if bool(found.all()):
            break
        t = torch.where(found, low, torch.where(high.isinf(), 2 * t, (low + high) / 2))
    return low
