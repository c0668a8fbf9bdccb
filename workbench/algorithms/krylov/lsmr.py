"""Least squares by MINRES on the normal equations, without forming them."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.krylov.bidiagonal import BidiagonalState, bidiagonalised, unit
from workbench.algorithms.krylov.least_squares import LeastSquares, System
from workbench.linalg import ratio
from workbench.problem import Problem
from workbench.tensors import spread


@dataclass(frozen=True)
class LSMRState(BidiagonalState):
    """Of the second rotation of LSMR: cosine, sine, both diagonals of the step before; the direction before it."""

    cosine: Tensor = field(kw_only=True)
    sine: Tensor = field(kw_only=True)
    rho: Tensor = field(kw_only=True)
    rho_bar: Tensor = field(kw_only=True)
    inner: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class LSMR(LeastSquares[LSMRState]):
    """min |B*(b - B x)| over the Krylov space, B = [A / sigma; sqrt(weight) K]: MINRES on B*B x = B*b without B*B.

    The gradient and the objective both fall at every step, so it may be stopped at any. Fong & Saunders 2011,
    doi 10.1137/10079687X.
    """

    formula = r"x_k = \operatorname{argmin}_{x \in \mathcal{K}_k} |B^*(b - Bx)|"

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> LSMRState:
        system = System(problem)
        u, beta = unit(system.residual(x))
        v, alpha = unit(system.adjoint(u))
        slope, one = alpha * beta, torch.ones_like(alpha)
        return LSMRState(
            x,
            slope=slope,
            floor=system.floor(),
            u=u,
            v=v,
            alpha=alpha,
            rest=slope,
            corner=alpha,
            direction=0 * v,
            inner=v,
            cosine=one,
            sine=0 * one,
            rho=one,
            rho_bar=one,
        )

    def step(self, problem: Problem, state: LSMRState, rng: torch.Generator) -> LSMRState:
        u, beta, v, alpha = bidiagonalised(System(problem), state)
        rho = torch.hypot(state.corner, beta)
        c, s = ratio(state.corner, rho), ratio(beta, rho)
        theta, theta_bar, diagonal = s * alpha, state.sine * rho, state.cosine * rho
        rho_bar = torch.hypot(diagonal, theta)
        cosine, sine = ratio(diagonal, rho_bar), ratio(theta, rho_bar)
        active = state.slope > state.floor
        direction = state.inner - spread(ratio(theta_bar * rho, state.rho * state.rho_bar), v) * state.direction
        length = torch.where(active, ratio(cosine * state.rest, rho * rho_bar), 0)
        x = state.x + spread(length, v) * direction
        inner = v - spread(ratio(theta, rho), v) * state.inner
        rest = -sine * state.rest
        slope = torch.where(active, rest.abs(), state.slope)
        moved = replace(state, x=x, k=state.k + 1, slope=slope, u=u, v=v, alpha=alpha, rest=rest, corner=c * alpha)
        return replace(moved, direction=direction, inner=inner, cosine=cosine, sine=sine, rho=rho, rho_bar=rho_bar)
