"""The alternating direction method of multipliers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, white
from workbench.algorithms.steps.misfit_prox import each, penalised
from workbench.algorithms.steps.scales import split_scales
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, least, times

Penalty = Annotated[float | None, Range(1e-2, 1e5, log=True, limits=(1e-9, 1e12)), "penalty, found when empty"]


@dataclass(frozen=True)
class ADMMState(State):
    """The iterate; z = K x and its multiplier; u = A x and its multiplier where the noise is not Gaussian."""

    z: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)
    u: Tensor | None = field(kw_only=True)
    data: Tensor | None = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return self.data, self.dual


@dataclass(frozen=True)
class ADMM(Algorithm):
    """min nll(A x) + outer(z), z = K x: x by least squares, z by a prox, the multiplier by what is left of K x - z.

    Converges for every rho. The least squares are solved in closed form where K = 1 and A has `gram_inverse`, else
    by `inner` conjugate gradients from the last x. Noise that is not Gaussian is split too, u = A x.
    Where K = 1 the iterate is z, which meets the constraints. Boyd et al. 2011, doi 10.1561/2200000016.
    """

    formula = (
        r"x \gets \operatorname{argmin} f(x) + \frac{\rho}{2}|Kx - z + u|^2, \quad z \gets "
        r"\operatorname{prox}_{h/\rho}(Kx + u), \quad u \gets u + Kx - z"
    )

    rho: Penalty = None
    inner: Annotated[int, Range(1, 50, log=True), "conjugate gradients a step"] = 5

    needs = Needs(prior=Can.SPLIT | Can.CONVEX, noise=Likelihood.PROX, linear=True)

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return split_scales(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> ADMMState:
        z = problem.prior.linear(problem.operator.in_shape)(x)
        u, data = (None, None) if white(problem) else (problem.operator(x), torch.zeros_like(problem.y))
        return ADMMState(x, 0, self.measure(problem), z=z, dual=torch.zeros_like(z), u=u, data=data)

    def step(self, problem: Problem, state: ADMMState, rng: torch.Generator) -> ADMMState:
        K = problem.prior.linear(problem.operator.in_shape)
        c, rho = state.measured["curvature"], self._rho(state)
        u, data, target = state.u, state.data, problem.y
        if u is not None and data is not None:
            target = u - times(1 / c, data)
        x = penalised(problem, state.x, (target, state.z - times(1 / rho, state.dual)), rho / c, self.inner)
        if data is not None:
            Ax = problem.operator(x)
            u = each(problem.noise.prox, 1 / c, Ax + times(1 / c, data), problem.y)
            data = data + times(c, Ax - u)
        Kx = K(x)
        z = each(problem.prior.outer.prox, 1 / rho, Kx + times(1 / rho, state.dual))
        dual = state.dual + times(rho, Kx - z)
        return replace(state, x=z if isinstance(K, Identity) else x, z=z, dual=dual, u=u, data=data, k=state.k + 1)

    def adapt(self, problem: Problem, state: ADMMState) -> ADMMState:
        fresh = self.init(problem, state.x, torch.Generator())
        if fresh.z.shape != state.z.shape:
            return replace(fresh, k=state.k)
        return replace(state, measured=fresh.measured)

    def current_step(self, state: State) -> float | None:
        """rho, which plays the part of a dual step."""
        return least(self._rho(state))

    def _rho(self, state: State) -> Each:
        return state.measured["penalty"] if self.rho is None else self.rho
