"""The primal-dual step for total variation in plain torch: any device, any precision, differentiable."""

from torch import Tensor

from workbench.kernels.pdhg_tv import Moves, Signals
from workbench.kernels.tv.reference import Scale, divergence, gradient, project
from workbench.tensors import spread


def step(signals: Signals, dual: Tensor, moves: Moves, weight: float, isotropic: bool, scale: Scale = ()) -> Signals:
    x, ahead, slope = signals
    q = dual + spread(moves.dual.to(x.real), dual) * gradient(ahead, scale)
    q = weight * project(q / weight, isotropic) if weight else 0 * q
    new = x - spread(moves.primal.to(x.real), x) * (slope - divergence(q, scale))
    return new, new + moves.theta * (new - x), q
