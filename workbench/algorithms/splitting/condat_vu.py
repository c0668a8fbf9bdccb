"""A primal-dual method that takes the misfit by its gradient: no prox of the noise."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.first_order.proximal_gradient import proximal_step
from workbench.algorithms.steps.lengths import bends, found_step, safe_step, searches
from workbench.algorithms.steps.parabola import (
    ParabolaState,
    advanced,
    first_reach,
    following,
    wearing,
)
from workbench.algorithms.steps.scales import SplitScales, split_scales
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each, larger, least, smaller, times

_SAFETY = 0.99
NEEDS_GRADIENT = Needs(prior=Can.SPLIT | Can.CONVEX, noise=Likelihood.GRAD | Likelihood.CONVEX, linear=True)


@dataclass(frozen=True)
class CondatVuState(ParabolaState):
    """And the dual of the prior, None where K = 1."""

    measured: SplitScales = field(kw_only=True)
    dual: Tensor | None = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return None, self.dual


@dataclass(frozen=True)
class CondatVu(Algorithm[CondatVuState]):
    """x <- x - step (grad misfit(x) + K* u), then u <- prox of s outer* at u + s K (2 x - x before).

    s follows from 1 / step - s |K|^2 = L / 2, L of the misfit; converges for every step below 2 / L, and min(1 / L,
    the step of PDHG) is taken when none is given. Where the misfit bends unevenly L is its bend at hand, which changes
    less and less. Where K = 1 it is ProximalGradient. Condat 2013, doi 10.1007/s10957-012-0245-9; Vu
    2013, doi 10.1007/s10444-011-9254-8.
    """

    formula = r"x' = x - \tau (\nabla f(x) + K^* u), \quad u \gets \operatorname{prox}_{s h^*}(u + s K(2x' - x))"

    step_size: Step = None

    needs = NEEDS_GRADIENT

    def measure(self, problem: Problem) -> SplitScales:
        return replace(split_scales(problem), lipschitz=bends(problem).lipschitz)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> CondatVuState:
        K = problem.prior.linear(problem.operator.in_shape)
        dual = None if isinstance(K, Identity) else torch.zeros_like(K(x))
        return CondatVuState(x, measured=self.measure(problem), reach=first_reach(problem), dual=dual)

    def step(self, problem: Problem, state: CondatVuState, rng: torch.Generator) -> CondatVuState:
        x, outer, u = state.x, problem.prior.outer, state.dual
        if u is None:
            return proximal_step(problem, state, self.step_size)
        K = problem.prior.linear(problem.operator.in_shape)
        pull, usual = K.adjoint(u), state.measured.step

        def move(slope: Tensor, reach: Each) -> Tensor:
            return x - times(smaller(reach, usual), slope + pull)

        if searches(self.step_size, state):
            after, reach = advanced(problem, state, move, wearing)
            step, bend = smaller(reach, usual), 1 / reach
        else:
            step, bend = self._step(state), state.measured.lipschitz
            assert bend is not None  # no reach to follow: L is known
            after = following(state, x - times(step, problem.misfit_grad(x) + pull))
        s = _SAFETY * larger(1 / step - bend / 2, 0.01 / step) / state.measured.linear**2
        dual = each(outer.conjugate_prox, s, u + times(s, K(2 * after.x - x)))
        return replace(after, dual=dual)

    def adapt(self, problem: Problem, state: CondatVuState) -> CondatVuState:
        fresh = self.fresh(problem, state)
        fits = state.dual is not None and fresh.dual is not None and fresh.dual.shape == state.dual.shape
        return replace(fresh, dual=state.dual) if fits else fresh

    def current_step(self, state: CondatVuState) -> float | None:
        return least(self._step(state))

    def largest_step(self, state: State) -> float | None:
        return safe_step(state, self.step_size)

    def edge(self, state: State) -> None:
        return None  # beside the gradient a step has what the duals say

    def _step(self, state: CondatVuState) -> Each:
        found = found_step(state, self.step_size)
        plain = self.step_size is not None or state.dual is None
        return found if plain else smaller(found, state.measured.step)
