"""Least squares by Golub and Kahan's bidiagonalisation."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.algorithms.krylov.bidiagonal import BidiagonalState, bidiagonalised, unit
from workbench.algorithms.krylov.least_squares import LeastSquares, System
from workbench.linalg import ratio
from workbench.problem import Problem
from workbench.tensors import spread


@dataclass(frozen=True)
class LSQR(LeastSquares[BidiagonalState]):
    """min |B x - b|, B = [A / sigma; sqrt(weight) K]: bidiagonalisation of B, made triangular by rotations.

    The objective falls at every step; the iterates are those of conjugate gradients but for rounding, of which LSQR
    suffers less where B is ill-conditioned. Paige & Saunders 1982, doi 10.1145/355984.355989.
    """

    formula = r"x_k = \operatorname{argmin}_{x \in \mathcal{K}_k} |b - Bx|"

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> BidiagonalState:
        system = System(problem)
        u, beta = unit(system.residual(x))
        v, alpha = unit(system.adjoint(u))
        return BidiagonalState(
            x, slope=alpha * beta, floor=system.floor(), u=u, v=v, alpha=alpha, rest=beta, corner=alpha, direction=v
        )

    def step(self, problem: Problem, state: BidiagonalState, rng: torch.Generator) -> BidiagonalState:
        u, beta, v, alpha = bidiagonalised(System(problem), state)
        active, rho = state.slope > state.floor, torch.hypot(state.corner, beta)
        c, s = ratio(state.corner, rho), ratio(beta, rho)
        length = torch.where(active, ratio(c * state.rest, rho), 0)
        x = state.x + spread(length, v) * state.direction
        direction = v - spread(ratio(s * alpha, rho), v) * state.direction
        rest, corner = s * state.rest, -c * alpha
        slope = torch.where(active, (rest * corner).abs(), state.slope)
        moved = replace(state, x=x, k=state.k + 1, slope=slope, u=u, v=v, alpha=alpha)
        return replace(moved, rest=rest, corner=corner, direction=direction)
