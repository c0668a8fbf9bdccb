"""The default steps of splitting methods; docs/decisions/pdhg_steps.md has the measurements behind both numbers."""

from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.linalg import operator_norm
from workbench.operators import Identity
from workbench.problem import Problem
from workbench.tensors import abs2


def split_scales(problem: Problem) -> Mapping[str, float]:
    """The norms of A and K, the curvature that most data see, and the primal step to start from.

    The curvature is the median Fisher information at the default start, 1 / sigma^2 for Gaussian noise: the bound
    `noise.lipschitz` of Poisson data is hundreds of times larger. With K = 1 the step counts gradient steps,
    1 / (curvature |A|^2); else it compares the size of the signal with that of the data's dual, sqrt(curvature).
    """
    start, linear = problem.start(), problem.prior.linear(problem.operator.in_shape)
    norm, curvature = problem.norm(), float(problem.noise.precision(problem.operator(start)).median())
    size = float(abs2(start).mean().sqrt()) or 1.0
    step = 10 / (curvature * norm**2) if isinstance(linear, Identity) else size / (20 * curvature**0.5 * norm)
    return {"operator": norm, "linear": operator_norm(linear, start), "curvature": curvature, "step": step}


def typical_curvature(problem: Problem) -> Tensor:
    """What the misfit's Hessian comes to for most data, (B,): the median Fisher information at the start, times |A|^2.

    1 where that is 0, so that a step of its inverse is a number.
    """
    found = problem.noise.precision(problem.operator(problem.start())).flatten(1).median(1).values * problem.norm() ** 2
    return torch.where(found > 0, found, torch.ones_like(found))
