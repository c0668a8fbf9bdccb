"""Splitting methods that take the misfit by its gradient: no prox of the noise, no inner solves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.admm import Penalty
from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.gradient import forward_backward, inverse
from workbench.algorithms.scales import split_scales
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.priors import Can
from workbench.problem import Problem

_SAFETY = 0.99
_NEEDS = Needs(
    prior=Can.SPLIT | Can.CONVEX, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ | Likelihood.CONVEX, linear=True
)


@dataclass(frozen=True)
class OneDual(State):
    """The iterate and the dual of the prior, None where K = 1."""

    dual: Tensor | None = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return None, self.dual


@dataclass(frozen=True)
class CondatVu(Algorithm):
    """x <- x - step (grad misfit(x) + K* u), then u <- prox of s outer* at u + s K (2 x - x before).

    s follows from 1 / step - s |K|^2 = L / 2, L of the misfit; converges for every step below 2 / L, and min(1 / L,
    the step of PDHG) is taken when none is given. Where K = 1 it is ProximalGradient.
    Condat 2013, doi 10.1007/s10957-012-0245-9; Vu 2013, doi 10.1007/s10444-011-9254-8.
    """

    step_size: Step = None

    needs = _NEEDS

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {**split_scales(problem), "lipschitz": problem.lipschitz()}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> OneDual:
        K = problem.prior.linear(problem.operator.in_shape)
        return OneDual(x, 0, self.measure(problem), dual=None if isinstance(K, Identity) else torch.zeros_like(K(x)))

    def step(self, problem: Problem, state: OneDual, rng: torch.Generator) -> OneDual:
        step, u = self.current_step(state), state.dual
        if u is None:
            return replace(state, x=forward_backward(problem, state.x, step), k=state.k + 1)
        K = problem.prior.linear(problem.operator.in_shape)
        x = state.x - step * (problem.misfit_grad(state.x) + K.adjoint(u))
        s = _SAFETY * max(1 / step - state.measured["lipschitz"] / 2, 0.01 / step) / state.measured["linear"] ** 2
        dual = problem.prior.outer.conjugate_prox(u + s * K(2 * x - state.x), s)
        return replace(state, x=x, dual=dual, k=state.k + 1)

    def adapt(self, problem: Problem, state: OneDual) -> OneDual:
        fresh = replace(self.init(problem, state.x, torch.Generator()), k=state.k)
        fits = state.dual is not None and fresh.dual is not None and fresh.dual.shape == state.dual.shape
        return replace(fresh, dual=state.dual) if fits else fresh

    def current_step(self, state: State) -> float:
        if self.step_size is not None:
            return self.step_size
        safe = inverse(state.measured["lipschitz"])
        plain = isinstance(state, OneDual) and state.dual is None
        return safe if plain else min(safe, state.measured["step"])

    def largest_step(self, state: State) -> float | None:
        return 2 * inverse(state.measured["lipschitz"])


@dataclass(frozen=True)
class Linearised(State):
    """The iterate; v, which z = K v follows, and the multiplier."""

    v: Tensor = field(kw_only=True)
    z: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return None, self.dual


@dataclass(frozen=True)
class LinearisedADMM(Algorithm):
    """ADMM whose least squares are one step: x <- x - step (grad misfit(x) + K* (dual + rho (K x - z))).

    Then z <- prox of outer / rho at K x + dual / rho, and dual <- dual + rho (K x - z).
    Converges for every rho with step = 1 / (L + rho |K|^2), which is taken. Where K = 1 the iterate is z.
    Zhang, Burger & Osher 2011, doi 10.1007/s10915-010-9408-8.
    """

    rho: Penalty = None

    needs = _NEEDS

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {**split_scales(problem), "lipschitz": problem.lipschitz()}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Linearised:
        z = problem.prior.linear(problem.operator.in_shape)(x)
        return Linearised(x, 0, self.measure(problem), v=x, z=z, dual=torch.zeros_like(z))

    def step(self, problem: Problem, state: Linearised, rng: torch.Generator) -> Linearised:
        K, v, rho = problem.prior.linear(problem.operator.in_shape), state.v, self.current_step(state)
        step = inverse(state.measured["lipschitz"] + rho * state.measured["linear"] ** 2)
        v = v - step * (problem.misfit_grad(v) + K.adjoint(state.dual + rho * (K(v) - state.z)))
        Kv = K(v)
        z = problem.prior.outer.prox(Kv + state.dual / rho, 1 / rho)
        x = z if isinstance(K, Identity) else v
        return replace(state, x=x, v=v, z=z, dual=state.dual + rho * (Kv - z), k=state.k + 1)

    def adapt(self, problem: Problem, state: Linearised) -> Linearised:
        fresh = replace(self.init(problem, state.x, torch.Generator()), k=state.k)
        return replace(state, measured=fresh.measured) if fresh.z.shape == state.z.shape else fresh

    def current_step(self, state: State) -> float:
        """rho, which plays the part of a dual step, as in ADMM."""
        measured = state.measured
        return 2 / (measured["step"] * measured["linear"] ** 2) if self.rho is None else self.rho
