"""The default steps of splitting methods; docs/decisions/pdhg_steps.md has the measurements behind the numbers."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from workbench.algorithms.base import Constants
from workbench.linalg import operator_norm
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.problem import Problem
from workbench.tensors import Each, abs2, column, dot, each_of, larger, smaller


@dataclass(frozen=True)
class SplitScales(Constants):
    """The norms of A and K, the curvature that most data see, a primal step and a penalty to start from."""

    operator: Each = field(kw_only=True)
    linear: Each = field(kw_only=True)
    curvature: Each = field(kw_only=True)
    step: Each = field(kw_only=True)
    penalty: Each = field(kw_only=True)


def split_scales(problem: Problem) -> SplitScales:
    """The norms of A and K; of each item the curvature that most data see, the primal step to start from, the penalty.

    The curvature is the median Fisher information at the default start, 1 / sigma^2 for Gaussian noise: the bound
    `noise.lipschitz` of Poisson data is hundreds of times larger. With K = 1 step and penalty count gradient steps,
    1 / (curvature |A|^2); else they compare the size of the signal with that of the data's dual, sqrt(curvature).
    """
    start, linear = problem.start(), problem.prior.linear(problem.operator.in_shape)
    norm, of_prior, seen = problem.norm(), operator_norm(linear, start), each_of(information(problem, start))
    if isinstance(linear, Identity):
        bend = seen * norm**2
        # Between gradients of moduli m and L the best penalty is sqrt(m L). A misfit with corners has no such moduli.
        least = problem.strong_convexity() - problem.prior.strong_convexity()
        lowest = 0.03 if Likelihood.GRAD in problem.noise.can else 0.2
        share = larger(lowest, smaller(0.2, (least / bend) ** 0.5))
        return SplitScales(operator=norm, linear=of_prior, curvature=seen, step=10 / bend, penalty=share * bend)
    sizes = abs2(start).flatten(1).mean(1).sqrt()
    step = each_of(torch.where(sizes > 0, sizes, 1)) / (20 * seen**0.5 * norm)
    penalty = 2 / (step * of_prior**2)
    return SplitScales(operator=norm, linear=of_prior, curvature=seen, step=step, penalty=penalty)


def typical_curvature(problem: Problem) -> Tensor:
    """What the misfit's Hessian comes to for most data, (B,): the median Fisher information at the start, times |A|^2.

    1 where that is 0, so that a step of its inverse is a number.
    """
    found = information(problem)
    found = found * column(problem.norm(), found) ** 2
    return torch.where(found > 0, found, torch.ones_like(found))


def bend_along(problem: Problem, x: Tensor, u: Tensor) -> Tensor:
    """<A' u, Fisher information A' u> at x, (B,): how the misfit bends along u on the average of its data."""
    seen = problem.operator.at(x)(u)
    return dot(seen, problem.noise.precision(problem.operator(x)) * seen)


def information(problem: Problem, x: Tensor | None = None) -> Tensor:
    """The median Fisher information of the data of each item at x, of those that were measured: (B,).

    At the default start where no x is given. That of a quadratic misfit is the same everywhere: no product is made.
    """
    if Likelihood.QUADRATIC in problem.noise.can:
        clean = problem.y
    else:
        clean = problem.operator(problem.start() if x is None else x)
    found = torch.where(problem.noise.measured(problem.y), problem.noise.precision(clean), torch.nan)
    return found.flatten(1).nanmedian(1).values
