"""The primal-dual hybrid gradient method with steps that balance themselves and restarts to the average."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, Step
from workbench.algorithms.splitting.pdhg import PDHG, PDHGState, PDHGSteps, advance, dual_steps
from workbench.algorithms.steps.scales import SplitScales, split_scales
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, least, norm2, spread, times

_LOOK = 10  # steps between two looks at the residuals: only then does a GPU wait
_LAG, _TIRE = 1.5, 0.95  # Goldstein et al.: what counts as out of balance; how the changes wear off
_ENOUGH, _SOME, _LONG = 0.2, 0.8, 0.36  # PDLP: when a restart is due


@dataclass(frozen=True)
class AdaptivePDHGState(PDHGState):
    """The averages since the last restart, `age` steps ago; the residuals there and at the last look, (B,) each.

    `scale`, the factor of the step found, and `agility`, how far it may still move, are (B,) on the CPU.
    """

    mean_x: Tensor = field(kw_only=True)
    mean_data: Tensor = field(kw_only=True)
    mean_dual: Tensor | None = field(kw_only=True)
    age: Tensor = field(kw_only=True)
    first: Tensor = field(kw_only=True)
    last: Tensor = field(kw_only=True)
    scale: Tensor = field(kw_only=True)
    agility: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class AdaptivePDHG(Algorithm[AdaptivePDHGState]):
    """PDHG whose steps balance step |r_x|^2 against s |r_p|^2 + r |r_q|^2, the residuals of x and both duals.

    Once that sum, of the iterate or of the average since the last restart, is down to a fifth, or to 0.8 and grows
    again, it starts again there. Converges as PDHG does, since the changes of the step wear off.
    Goldstein, Li & Yuan 2015, arXiv 1305.0546; Applegate et al. 2021, doi 10.48550/arXiv.2106.04756.
    """

    formula = r"\tau |r_x|^2 \approx s |r_p|^2 + r |r_q|^2"

    step_size: Step = None
    balance: Annotated[float, Range(0.05, 0.95, limits=(0.001, 0.999)), "share of the data in the dual steps"] = 0.2
    agility: Annotated[float, Range(0, 0.9, limits=(0, 0.99)), "how far the first change of a step may go"] = 0.5
    restart: Annotated[bool, "start again from the average where it is nearer"] = True

    needs = Needs(prior=Can.SPLIT | Can.CONVEX, noise=Likelihood.PROX | Likelihood.CONVEX, linear=True)

    def measure(self, problem: Problem) -> SplitScales:
        return split_scales(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> AdaptivePDHGState:
        plain = PDHG().init(problem, x, rng)
        none = torch.zeros(len(x), dtype=x.real.dtype, device=x.device)
        one = torch.ones(len(x), dtype=torch.float64)
        return AdaptivePDHGState(
            **vars(plain),
            mean_x=x,
            mean_data=plain.data,
            mean_dual=plain.dual,
            age=none,
            first=none + torch.inf,
            last=none + torch.inf,
            scale=one,
            agility=one,
        )

    def step(self, problem: Problem, state: AdaptivePDHGState, rng: torch.Generator) -> AdaptivePDHGState:
        steps = dual_steps(state, self._steps(state), self.balance)
        after = advance(problem, state, steps, 1.0)
        age = after.age + 1
        after = replace(
            after,
            age=age,
            mean_x=_towards(state.mean_x, after.x, 1 / age),
            mean_data=_towards(state.mean_data, after.data, 1 / age),
            mean_dual=_mean_dual(state, after, 1 / age),
        )
        if after.k % _LOOK:
            return after
        primal, dual = _moved(problem, state, after, steps)
        return self._restarted(problem, self._balanced(after, primal, dual), primal + dual)

    def adapt(self, problem: Problem, state: AdaptivePDHGState) -> AdaptivePDHGState:
        kept = PDHG().adapt(problem, state)
        fresh = self.init(problem, state.x, torch.Generator())
        return replace(fresh, k=state.k, data=kept.data, dual=kept.dual)

    def current_step(self, state: AdaptivePDHGState) -> float | None:
        return least(self._steps(state))

    def _steps(self, state: AdaptivePDHGState) -> Tensor:
        return state.scale * (state.measured.step if self.step_size is None else self.step_size)

    def _balanced(self, state: AdaptivePDHGState, primal: Tensor, dual: Tensor) -> AdaptivePDHGState:
        """A longer step where x lags behind, a shorter one where the duals do, each change smaller than the last."""
        lag = (primal / dual.clamp_min(torch.finfo(dual.dtype).tiny)).sqrt().cpu().double()
        factor = 1 / (1 - self.agility * state.agility)
        change = torch.where(lag > _LAG, factor, torch.where(lag < 1 / _LAG, 1 / factor, 1.0))
        agility = torch.where(change == 1, state.agility, _TIRE * state.agility)
        return replace(state, scale=state.scale * change, agility=agility)

    def _restarted(self, problem: Problem, state: AdaptivePDHGState, residual: Tensor) -> AdaptivePDHGState:
        """The state, begun again from its better half where that is due."""
        if not self.restart:
            return state
        steps = dual_steps(state, self._steps(state), self.balance)
        middle = replace(state, x=state.mean_x, ahead=state.mean_x, data=state.mean_data, dual=state.mean_dual)
        of_x, of_duals = _moved(problem, middle, advance(problem, middle, steps, 1.0), steps)
        of_mean = of_x + of_duals
        best = residual.minimum(of_mean)
        due = (best <= _ENOUGH**2 * state.first) | ((best <= _SOME**2 * state.first) & (best > state.last))
        due = (due & state.first.isfinite()) | (state.age >= _LONG * state.k)
        to_mean = due & (of_mean < residual)
        x = _where(to_mean, middle.x, state.x)
        data = _where(to_mean, middle.data, state.data)
        dual = None if state.dual is None or middle.dual is None else _where(to_mean, middle.dual, state.dual)
        return replace(
            state,
            x=x,
            ahead=_where(to_mean, x, state.ahead),
            data=data,
            dual=dual,
            mean_x=_where(due, x, state.mean_x),
            mean_data=_where(due, data, state.mean_data),
            mean_dual=None if dual is None or middle.dual is None else _where(due, dual, middle.dual),
            age=torch.where(due, 0, state.age),
            first=torch.where(due | state.first.isinf(), best, state.first),
            last=torch.where(due, torch.inf, best),
        )


def _moved(problem: Problem, before: PDHGState, after: PDHGState, steps: PDHGSteps) -> tuple[Tensor, Tensor]:
    """step |r_x|^2 and s |r_p|^2 + r |r_q|^2, what the optimality conditions lack after the step: (B,) each."""
    gone = before.ahead - after.x

    def of_dual(linear: LinearOperator, old: Tensor, new: Tensor, step: Each) -> Tensor:
        lacking = times(1 / step, old - new) + linear(gone)
        return norm2(times(step**0.5, lacking))

    primal = norm2(times(steps.primal**-0.5, before.x - after.x))
    dual = of_dual(problem.operator.at(gone), before.data, after.data, steps.data)
    if before.dual is None or after.dual is None:
        return primal, dual
    linear = problem.prior.linear(problem.operator.in_shape)
    return primal, dual + of_dual(linear, before.dual, after.dual, steps.prior)


def _mean_dual(state: AdaptivePDHGState, after: AdaptivePDHGState, share: Tensor) -> Tensor | None:
    if state.mean_dual is None or after.dual is None:
        return None
    return _towards(state.mean_dual, after.dual, share)


def _towards(mean: Tensor, new: Tensor, share: Tensor) -> Tensor:
    return mean + spread(share, new) * (new - mean)


def _where(chosen: Tensor, one: Tensor, other: Tensor) -> Tensor:
    return torch.where(spread(chosen, one), one, other)
