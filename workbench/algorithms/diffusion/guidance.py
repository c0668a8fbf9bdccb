"""Steps along the misfit's gradient through a denoiser."""

from collections.abc import Callable

import torch
from torch import Tensor

from workbench.algorithms.steps.scales import bend_along
from workbench.linalg import ratio as quotient
from workbench.problem import Problem
from workbench.tensors import dot, norm2, spread

_TRUST, _HALVINGS = 10.0, 20


def share(problem: Problem, x: Tensor, slope: Tensor, u: Tensor) -> Tensor:
    """The t, (B,), at which misfit(x - t u) + |t u|^2 / (2 trust), in the metric where u is the slope, is least.

    By the bend along u; then halved until the misfit falls. One gradient does only a part of what data would do to a
    signal: with `trust` above 1 the misfit has more of a say where noise is low. docs/decisions/samplers.md.
    """
    down = dot(slope, u).clamp_min(0)
    t, value = quotient(down, bend_along(problem, x, u) + down / _TRUST), problem.misfit(x)
    falls = torch.zeros_like(value, dtype=torch.bool)
    for _ in range(_HALVINGS):
        falls = problem.misfit(x - spread(t, u) * u) <= value
        if bool(falls.all()):
            return t
        t = torch.where(falls, t, t / 2)
    return torch.where(falls, t, 0.0)


def spread_by(pull: Callable[[Tensor], Tensor], u: Tensor, ratio: float, v: float) -> Tensor:
    """s^2 J* u, no longer than 2 v |u|: s^2 J is the covariance of x given z for a denoiser that is the mean.

    A network's Jacobian can be far larger where noise is large, and guidance by it would not end.
    """
    moved = ratio**2 * pull(u)
    sizes, most = norm2(moved).sqrt(), 2 * v * norm2(u).sqrt()
    return moved * spread(torch.where(sizes > most, most / sizes, 1.0), moved)
