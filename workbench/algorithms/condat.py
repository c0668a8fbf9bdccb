"""Splitting methods that take the misfit by its gradient: no prox of the noise, no inner solves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.admm import Penalty
from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.gradient import bends, found_step, inverse, proximal_step, safe_step, searches
from workbench.algorithms.parabola import (
    Bent,
    advanced,
    below_parabola,
    first_reach,
    following,
    misfit_at,
    reaching,
    wearing,
)
from workbench.algorithms.proximal import each
from workbench.algorithms.scales import split_scales
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each_of, larger, least, smaller, times

_SAFETY = 0.99
_NEEDS = Needs(prior=Can.SPLIT | Can.CONVEX, noise=Likelihood.GRAD | Likelihood.CONVEX, linear=True)


@dataclass(frozen=True)
class OneDual(Bent):
    """And the dual of the prior, None where K = 1."""

    dual: Tensor | None = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return None, self.dual


@dataclass(frozen=True)
class CondatVu(Algorithm):
    """x <- x - step (grad misfit(x) + K* u), then u <- prox of s outer* at u + s K (2 x - x before).

    s follows from 1 / step - s |K|^2 = L / 2, L of the misfit; converges for every step below 2 / L, and min(1 / L,
    the step of PDHG) is taken when none is given. Where the misfit bends unevenly L is its bend at hand, which changes
    less and less. Where K = 1 it is ProximalGradient. Condat 2013, doi 10.1007/s10957-012-0245-9; Vu
    2013, doi 10.1007/s10444-011-9254-8.
    """

    step_size: Step = None

    needs = _NEEDS

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return {**split_scales(problem), **bends(problem)}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> OneDual:
        K = problem.prior.linear(problem.operator.in_shape)
        dual = None if isinstance(K, Identity) else torch.zeros_like(K(x))
        return OneDual(x, 0, self.measure(problem), reach=first_reach(problem), dual=dual)

    def step(self, problem: Problem, state: OneDual, rng: torch.Generator) -> OneDual:
        x, outer, u = state.x, problem.prior.outer, state.dual
        if u is None:
            return proximal_step(problem, state, self.step_size)
        K = problem.prior.linear(problem.operator.in_shape)
        pull, usual = K.adjoint(u), state.measured["step"]

        def move(slope: Tensor, reach: Each) -> Tensor:
            return x - times(smaller(reach, usual), slope + pull)

        if searches(self.step_size, state):
            after, reach = advanced(problem, state, move, wearing)
            step, bend = smaller(reach, usual), 1 / reach
        else:
            step, bend = self._step(state), state.measured["lipschitz"]
            after = following(state, x - times(step, problem.misfit_grad(x) + pull))
        s = _SAFETY * larger(1 / step - bend / 2, 0.01 / step) / state.measured["linear"] ** 2
        dual = each(outer.conjugate_prox, s, u + times(s, K(2 * after.x - x)))
        return replace(after, dual=dual)

    def adapt(self, problem: Problem, state: OneDual) -> OneDual:
        fresh = replace(self.init(problem, state.x, torch.Generator()), k=state.k)
        fits = state.dual is not None and fresh.dual is not None and fresh.dual.shape == state.dual.shape
        return replace(fresh, dual=state.dual) if fits else fresh

    def current_step(self, state: State) -> float | None:
        return least(self._step(state))

    def largest_step(self, state: State) -> float | None:
        return safe_step(state, self.step_size)

    def _step(self, state: State) -> Each:
        found = found_step(state, self.step_size)
        plain = self.step_size is not None or (isinstance(state, OneDual) and state.dual is None)
        return found if plain else smaller(found, state.measured["step"])


@dataclass(frozen=True)
class Linearised(State):
    """The iterate; v, which z = K v follows, and the multiplier; `reach` as in `Bent`, but at v."""

    v: Tensor = field(kw_only=True)
    z: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)
    reach: Tensor | None = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return None, self.dual


@dataclass(frozen=True)
class LinearisedADMM(Algorithm):
    """ADMM whose least squares are one step: x <- x - step (grad misfit(x) + K* (dual + rho (K x - z))).

    Then z <- prox of outer / rho at K x + dual / rho, and dual <- dual + rho (K x - z).
    Converges for every rho with step = 1 / (L + rho |K|^2), which is taken, L as in CondatVu. Where K = 1 the iterate
    is z.
    Zhang, Burger & Osher 2011, doi 10.1007/s10915-010-9408-8.
    """

    rho: Penalty = None

    needs = _NEEDS

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return {**split_scales(problem), **bends(problem)}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Linearised:
        z = problem.prior.linear(problem.operator.in_shape)(x)
        reach = first_reach(problem)
        return Linearised(x, 0, self.measure(problem), v=x, z=z, dual=torch.zeros_like(z), reach=reach)

    def step(self, problem: Problem, state: Linearised, rng: torch.Generator) -> Linearised:
        K, v, rho = problem.prior.linear(problem.operator.in_shape), state.v, self._rho(state)
        pull = K.adjoint(state.dual + times(rho, K(v) - state.z))
        v, reach = self._moved(problem, state, pull)
        Kv = K(v)
        z = each(problem.prior.outer.prox, 1 / rho, Kv + times(1 / rho, state.dual))
        x, dual = z if isinstance(K, Identity) else v, state.dual + times(rho, Kv - z)
        return replace(state, x=x, v=v, z=z, dual=dual, reach=reach, k=state.k + 1)

    def adapt(self, problem: Problem, state: Linearised) -> Linearised:
        fresh = replace(self.init(problem, state.x, torch.Generator()), k=state.k)
        return replace(state, measured=fresh.measured) if fresh.z.shape == state.z.shape else fresh

    def current_step(self, state: State) -> float | None:
        """rho, which plays the part of a dual step, as in ADMM."""
        return least(self._rho(state))

    def _rho(self, state: State) -> Each:
        return state.measured["penalty"] if self.rho is None else self.rho

    def _moved(self, problem: Problem, state: Linearised, pull: Tensor) -> tuple[Tensor, Tensor | None]:
        """v after a step along the misfit's gradient and the pull of K, and the reach to try next."""
        v, beside = state.v, self._rho(state) * state.measured["linear"] ** 2
        if state.reach is None:
            step = inverse(state.measured["lipschitz"] + beside)
            return v - times(step, problem.misfit_grad(v) + pull), None
        start = misfit_at(problem, v)

        def move(reach: Tensor) -> Tensor:
            return v - times(1 / (1 / each_of(reach) + beside), start.slope + pull)

        trial, reach = below_parabola(problem, start, state.reach, move)
        return trial.x, reaching(start, trial.misfit(problem), reach, wearing(state.k))
