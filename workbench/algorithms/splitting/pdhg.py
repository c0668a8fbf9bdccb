"""The primal-dual hybrid gradient method."""

from dataclasses import dataclass, field, replace
from typing import Annotated, NamedTuple, TypeVar

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.steps.scales import SplitScales, split_scales
from workbench.kernels.pdhg_tv import Moves
from workbench.noise import Likelihood
from workbench.operators import Identity, LinearOperator
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each, least, times

_SAFETY = 0.99


@dataclass(frozen=True)
class PDHGState(State):
    """The iterate, the extrapolated one, the dual of the data and the dual of the prior (None where K = 1)."""

    measured: SplitScales = field(kw_only=True)
    ahead: Tensor = field(kw_only=True)
    data: Tensor = field(kw_only=True)
    dual: Tensor | None = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return self.data, self.dual


Point = TypeVar("Point", bound=PDHGState)


class PDHGSteps(NamedTuple):
    """The steps of x, of the dual of the data and of the dual of the prior."""

    primal: Each
    data: Each
    prior: Each


@dataclass(frozen=True)
class PDHG(Algorithm[PDHGState]):
    """min nll(A x) + outer(K x): p <- prox of s nll*, q <- prox of r outer*, then x <- x - step (A* p + K* q).

    The duals see x + theta (x - x before). s and r follow from the step, step (s |A|^2 + r |K|^2) = 0.99, of which
    the data have the share `balance`: converges at theta = 1 for every step. Where K = 1 the prior acts by its prox
    on x. Default step: docs/decisions/pdhg_steps.md. Chambolle & Pock 2011, doi 10.1007/s10851-010-0251-1.
    """

    formula = r"q \gets \operatorname{prox}_{r h^*}(q + r K \bar x), \quad x \gets x - \tau (A^* p + K^* q)"

    step_size: Step = None
    balance: Annotated[float, Range(0.05, 0.95, limits=(0.001, 0.999)), "share of the data in the dual steps"] = 0.2
    theta: Annotated[float, Range(0, 1), "extrapolation"] = 1.0

    needs = Needs(prior=Can.SPLIT | Can.CONVEX, noise=Likelihood.PROX, linear=True)

    def measure(self, problem: Problem) -> SplitScales:
        return split_scales(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> PDHGState:
        linear = problem.prior.linear(problem.operator.in_shape)
        data, dual = torch.zeros_like(problem.y), _start(linear, x)
        return PDHGState(x, measured=self.measure(problem), ahead=x, data=data, dual=dual)

    def step(self, problem: Problem, state: PDHGState, rng: torch.Generator) -> PDHGState:
        return advance(problem, state, dual_steps(state, self._step(state), self.balance), self.theta)

    def adapt(self, problem: Problem, state: PDHGState) -> PDHGState:
        linear = problem.prior.linear(problem.operator.in_shape)
        fits = state.dual is not None and state.dual.shape[1:] == linear.out_shape
        dual = state.dual if fits else _start(linear, state.x)
        return replace(state, dual=dual, measured=self.measure(problem))

    def current_step(self, state: PDHGState) -> float | None:
        return least(self._step(state))

    def _step(self, state: PDHGState) -> Each:
        return state.measured.step if self.step_size is None else self.step_size


def dual_steps(state: PDHGState, step: Each, balance: float) -> PDHGSteps:
    """The steps of x and of both duals, step (s |A|^2 + r |K|^2) = 0.99."""
    share = 1.0 if state.dual is None else balance
    s = _SAFETY * share / (step * state.measured.operator**2)
    return PDHGSteps(step, s, 0.0 if state.dual is None else _SAFETY * (1 - share) / (step * state.measured.linear**2))


def advance(problem: Problem, state: Point, steps: PDHGSteps, theta: float) -> Point:
    """A step of both duals and of x; the steps are numbers, or (B,) on the CPU."""
    prior, operator = problem.prior, problem.operator.at(state.x)
    v = times(1 / steps.data, state.data) + operator(state.ahead)
    data = times(steps.data, v - each(problem.noise.prox, 1 / steps.data, v, problem.y))
    slope, dual = operator.adjoint(data), state.dual
    if dual is None:
        x = each(prior.outer.prox, steps.primal, state.x - times(steps.primal, slope))
        return replace(state, x=x, ahead=x + theta * (x - state.x), data=data, k=state.k + 1)
    moves = Moves(_of_each(steps.primal, state), _of_each(steps.prior, state), theta)
    fused = prior.primal_dual((state.x, state.ahead, slope), dual, moves)
    if fused is not None:
        x, ahead, dual = fused
        return replace(state, x=x, ahead=ahead, data=data, dual=dual, k=state.k + 1)
    linear = prior.linear(problem.operator.in_shape)
    dual = each(prior.outer.conjugate_prox, steps.prior, dual + times(steps.prior, linear(state.ahead)))
    x = state.x - times(steps.primal, slope + linear.adjoint(dual))
    return replace(state, x=x, ahead=x + theta * (x - state.x), data=data, dual=dual, k=state.k + 1)


def _of_each(amount: Each, state: PDHGState) -> Tensor:
    """One number for each item, (B,) float64 on the CPU."""
    return torch.as_tensor(amount, dtype=torch.float64).expand(len(state.x))


def _start(linear: LinearOperator, x: Tensor) -> Tensor | None:
    return None if isinstance(linear, Identity) else torch.zeros_like(linear(x))
