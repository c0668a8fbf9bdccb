"""Golub and Kahan's bidiagonalisation: u beta = B v - alpha u, v alpha = B* u - beta v."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from workbench.algorithms.krylov.least_squares import LeastSquaresState, System
from workbench.linalg import ratio
from workbench.tensors import norm, spread


@dataclass(frozen=True)
class BidiagonalState(LeastSquaresState):
    """u, v and alpha of the bidiagonalisation; `rest`, what is left to explain, and `corner`, which the next rotation
    takes, (B,); the direction in x.
    """

    u: Tensor = field(kw_only=True)
    v: Tensor = field(kw_only=True)
    alpha: Tensor = field(kw_only=True)
    rest: Tensor = field(kw_only=True)
    corner: Tensor = field(kw_only=True)
    direction: Tensor = field(kw_only=True)


def bidiagonalised(system: System, state: BidiagonalState) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The next u, beta, v, alpha."""
    w = system.forward(state.v)
    u, beta = unit(w - spread(state.alpha, w) * state.u)
    z = system.adjoint(u)
    v, alpha = unit(z - spread(beta, z) * state.v)
    return u, beta, v, alpha


def unit(x: Tensor) -> tuple[Tensor, Tensor]:
    """x over its length, 0 where that is 0, and the length."""
    length = norm(x)
    return spread(ratio(torch.ones_like(length), length), x) * x, length
