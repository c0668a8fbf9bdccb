"""ADMM that takes the misfit by its gradient: no prox of the noise, no inner solves."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, State
from workbench.algorithms.splitting.admm import Penalty
from workbench.algorithms.splitting.condat_vu import NEEDS_GRADIENT
from workbench.algorithms.steps.lengths import bends, inverse
from workbench.algorithms.steps.parabola import (
    below_parabola,
    first_reach,
    misfit_at,
    reaching,
    wearing,
)
from workbench.algorithms.steps.scales import SplitScales, split_scales
from workbench.operators import Identity
from workbench.problem import Problem
from workbench.tensors import Each, each, each_of, least, times


@dataclass(frozen=True)
class LinearisedADMMState(State):
    """The iterate; v, which z = K v follows, and the multiplier; `reach` as in `ParabolaState`, but at v."""

    measured: SplitScales = field(kw_only=True)
    v: Tensor = field(kw_only=True)
    z: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)
    reach: Tensor | None = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return None, self.dual


@dataclass(frozen=True)
class LinearisedADMM(Algorithm[LinearisedADMMState]):
    """ADMM whose least squares are one step: x <- x - step (grad misfit(x) + K* (dual + rho (K x - z))).

    Then z <- prox of outer / rho at K x + dual / rho, and dual <- dual + rho (K x - z).
    Converges for every rho with step = 1 / (L + rho |K|^2), which is taken, L as in CondatVu. Where K = 1 the iterate
    is z.
    Zhang, Burger & Osher 2011, doi 10.1007/s10915-010-9408-8.
    """

    formula = r"x \gets x - \tau (\nabla f(x) + K^*(u + \rho (Kx - z)))"

    rho: Penalty = None

    needs = NEEDS_GRADIENT

    def measure(self, problem: Problem) -> SplitScales:
        return replace(split_scales(problem), lipschitz=bends(problem).lipschitz)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> LinearisedADMMState:
        z = problem.prior.linear(problem.operator.in_shape)(x)
        reach = first_reach(problem)
        return LinearisedADMMState(x, measured=self.measure(problem), v=x, z=z, dual=torch.zeros_like(z), reach=reach)

    def step(self, problem: Problem, state: LinearisedADMMState, rng: torch.Generator) -> LinearisedADMMState:
        K, v, rho = problem.prior.linear(problem.operator.in_shape), state.v, self._rho(state)
        pull = K.adjoint(state.dual + times(rho, K(v) - state.z))
        v, reach = self._moved(problem, state, pull)
        Kv = K(v)
        z = each(problem.prior.outer.prox, 1 / rho, Kv + times(1 / rho, state.dual))
        x, dual = z if isinstance(K, Identity) else v, state.dual + times(rho, Kv - z)
        return replace(state, x=x, v=v, z=z, dual=dual, reach=reach, k=state.k + 1)

    def adapt(self, problem: Problem, state: LinearisedADMMState) -> LinearisedADMMState:
        fresh = self.fresh(problem, state)
        return replace(state, measured=fresh.measured) if fresh.z.shape == state.z.shape else fresh

    def current_step(self, state: LinearisedADMMState) -> float | None:
        """rho, which plays the part of a dual step, as in ADMM."""
        return least(self._rho(state))

    def _rho(self, state: LinearisedADMMState) -> Each:
        return state.measured.penalty if self.rho is None else self.rho

    def _moved(self, problem: Problem, state: LinearisedADMMState, pull: Tensor) -> tuple[Tensor, Tensor | None]:
        """v after a step along the misfit's gradient and the pull of K, and the reach to try next."""
        v, beside = state.v, self._rho(state) * state.measured.linear**2
        if state.reach is None:
            assert state.measured.lipschitz is not None  # no reach to follow: L is known
            step = inverse(state.measured.lipschitz + beside)
            return v - times(step, problem.misfit_grad(v) + pull), None
        start = misfit_at(problem, v)

        def move(reach: Tensor) -> Tensor:
            return v - times(1 / (1 / each_of(reach) + beside), start.slope + pull)

        trial, reach = below_parabola(problem, start, state.reach, move)
        return trial.x, reaching(start, trial.misfit(problem), reach, wearing(state.k))
