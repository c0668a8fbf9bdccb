"""ADMM's pass for total variation in plain torch: any device, any precision, differentiable."""

import torch
from torch import Tensor

from workbench.kernels.admm_tv import PenaltyPace, Split
from workbench.kernels.tv.reference import Scale, inner, project, scaled
from workbench.tensors import spread


def step(signals: Split, pace: PenaltyPace, weight: float, isotropic: bool, scale: Scale = ()) -> Split:
    x, z, dual = signals
    rho = spread(pace.penalty.to(x.device, x.real.dtype), z)
    v = rho * (pace.relax * scaled(_around(x), scale) + (1 - pace.relax) * z) + dual
    within = torch.where(inner(v), v, 0)
    q = weight * project(within / weight, isotropic) if weight else 0 * v
    e = scaled(v - 2 * q, scale)
    pull = [part.roll(1, k) - part for k, part in enumerate(e.unbind(2), 2)]
    return (v - q) / rho, q, torch.stack(pull).sum(0)


def _around(x: Tensor) -> Tensor:
    return torch.stack([x.roll(-1, k) - x for k in range(2, x.ndim)], 2)
