"""Least squares by Golub and Kahan's bidiagonalisation: u beta = B v - alpha u, v alpha = B* u - beta v."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.least_squares import LeastSquares, Solved, System
from workbench.linalg import ratio
from workbench.problem import Problem
from workbench.tensors import norm, spread


@dataclass(frozen=True)
class Bidiagonal(Solved):
    """u, v and alpha of the bidiagonalisation; `rest`, what is left to explain, and `corner`, which the next rotation
    takes, (B,); the direction in x.
    """

    u: Tensor = field(kw_only=True)
    v: Tensor = field(kw_only=True)
    alpha: Tensor = field(kw_only=True)
    rest: Tensor = field(kw_only=True)
    corner: Tensor = field(kw_only=True)
    direction: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class LSQR(LeastSquares):
    """min |B x - b|, B = [A / sigma; sqrt(weight) K]: bidiagonalisation of B, made triangular by rotations.

    The objective falls at every step; the iterates are those of conjugate gradients but for rounding, of which LSQR
    suffers less where B is ill-conditioned. Paige & Saunders 1982, doi 10.1145/355984.355989.
    """

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Bidiagonal:
        system = System(problem)
        u, beta = _unit(system.residual(x))
        v, alpha = _unit(system.adjoint(u))
        return Bidiagonal(
            x, slope=alpha * beta, floor=system.floor(), u=u, v=v, alpha=alpha, rest=beta, corner=alpha, direction=v
        )

    def step(self, problem: Problem, state: Bidiagonal, rng: torch.Generator) -> Bidiagonal:
        u, beta, v, alpha = _bidiagonalised(System(problem), state)
        active, rho = state.slope > state.floor, torch.hypot(state.corner, beta)
        c, s = ratio(state.corner, rho), ratio(beta, rho)
        length = torch.where(active, ratio(c * state.rest, rho), 0)
        x = state.x + spread(length, v) * state.direction
        direction = v - spread(ratio(s * alpha, rho), v) * state.direction
        rest, corner = s * state.rest, -c * alpha
        slope = torch.where(active, (rest * corner).abs(), state.slope)
        moved = replace(state, x=x, k=state.k + 1, slope=slope, u=u, v=v, alpha=alpha)
        return replace(moved, rest=rest, corner=corner, direction=direction)


@dataclass(frozen=True)
class Twice(Bidiagonal):
    """Of the second rotation of LSMR: cosine, sine, both diagonals of the step before; the direction before it."""

    cosine: Tensor = field(kw_only=True)
    sine: Tensor = field(kw_only=True)
    rho: Tensor = field(kw_only=True)
    rho_bar: Tensor = field(kw_only=True)
    inner: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class LSMR(LeastSquares):
    """min |B*(b - B x)| over the Krylov space, B = [A / sigma; sqrt(weight) K]: MINRES on B*B x = B*b without B*B.

    The gradient and the objective both fall at every step, so it may be stopped at any. Fong & Saunders 2011,
    doi 10.1137/10079687X.
    """

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Twice:
        system = System(problem)
        u, beta = _unit(system.residual(x))
        v, alpha = _unit(system.adjoint(u))
        slope, one = alpha * beta, torch.ones_like(alpha)
        return Twice(
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

    def step(self, problem: Problem, state: Twice, rng: torch.Generator) -> Twice:
        u, beta, v, alpha = _bidiagonalised(System(problem), state)
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


def _bidiagonalised(system: System, state: Bidiagonal) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The next u, beta, v, alpha."""
    w = system.forward(state.v)
    u, beta = _unit(w - spread(state.alpha, w) * state.u)
    z = system.adjoint(u)
    v, alpha = _unit(z - spread(beta, z) * state.v)
    return u, beta, v, alpha


def _unit(x: Tensor) -> tuple[Tensor, Tensor]:
    """x over its length, 0 where that is 0, and the length."""
    length = norm(x)
    return spread(ratio(torch.ones_like(length), length), x) * x, length
