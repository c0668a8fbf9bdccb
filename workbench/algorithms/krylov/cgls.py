"""Conjugate gradients for least squares."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.krylov.least_squares import LeastSquares, LeastSquaresState, System
from workbench.linalg import ratio
from workbench.problem import Problem
from workbench.tensors import norm, norm2, spread


@dataclass(frozen=True)
class CGLSState(LeastSquaresState):
    """The residual b - B x, as rows, and the direction in x."""

    residual: Tensor = field(kw_only=True)
    direction: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class CGLS(LeastSquares[CGLSState]):
    """Conjugate gradients for least squares: q = B p, x <- x + (|s|^2 / |q|^2) p, r <- r - (|s|^2 / |q|^2) q, s = B* r.

    B = [A / sigma; sqrt(weight) K]. The objective falls at every step and is least over the Krylov space; without
    forming B*B it keeps digits that ConjugateGradient loses. Hestenes & Stiefel 1952, doi 10.6028/jres.049.044.
    """

    formula = r"x \gets x + \alpha p, \quad r \gets r - \alpha B p, \quad \alpha = |B^* r|^2 / |Bp|^2"

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> CGLSState:
        system = System(problem)
        r = system.residual(x)
        s = system.adjoint(r)
        return CGLSState(x, 0, slope=norm(s), floor=system.floor(), residual=r, direction=s)

    def step(self, problem: Problem, state: CGLSState, rng: torch.Generator) -> CGLSState:
        system, active = System(problem), state.slope > state.floor
        q = system.forward(state.direction)
        length = torch.where(active, ratio(state.slope.square(), norm2(q)), 0)
        r = state.residual - spread(length, q) * q
        s = system.adjoint(r)
        slope = torch.where(active, norm(s), state.slope)
        direction = s + spread(ratio(slope, state.slope).square(), s) * state.direction
        x = state.x + spread(length, s) * state.direction
        return replace(state, x=x, k=state.k + 1, slope=slope, residual=r, direction=direction)
