"""What methods in the metric of a preconditioner share."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from workbench.algorithms.base import State
from workbench.noise import Likelihood
from workbench.operators import LinearOperator, Map
from workbench.preconditioners import Preconditioner
from workbench.preconditioners.base import largest
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.tensors import Each, each_of, real_of, spread

HELD = "a prior that holds what the data do not see"


@dataclass(frozen=True)
class MetricState(State):
    """The iterate, and what the preconditioner knows of the Hessian."""

    fitted: Tensor = field(kw_only=True)


def unheld(problem: Problem) -> str:
    """What the problem lacks where P would raise the noise in what the operator hardly sees to its full height."""
    return f"{HELD}, which Zero is not" if isinstance(problem.prior, Zero) else ""


def majorant(problem: Problem) -> LinearOperator:
    """v -> L A*A v + M v, no less than any Hessian of the objective; the Hessian itself where it is constant."""
    A, y, noise = problem.operator.at(problem.zeros()), problem.y, problem.noise
    # One constant an item: what runs beside it in the batch is not its business.
    bounds = torch.tensor([noise.lipschitz(item) for item in y.split(1)], dtype=real_of(y.dtype), device=y.device)
    quadratic = Likelihood.QUADRATIC in noise.can

    def apply(v: Tensor) -> Tensor:
        clean = A(v)
        bent = noise.hvp(clean, y, clean) if quadratic else spread(bounds, clean) * clean
        return A.adjoint(bent) + problem.prior.majorant(v)

    return symmetric(problem, apply)


def symmetric(problem: Problem, apply: Callable[[Tensor], Tensor]) -> LinearOperator:
    """An operator on signals that is its own adjoint."""
    return Map((problem.operator.in_shape, problem.operator.in_shape), apply, apply, problem.operator.field)


def fit(preconditioner: Preconditioner, hessian: LinearOperator, like: Tensor) -> tuple[Tensor, Each]:
    """What P knows of H, and the largest eigenvalue of P H of each item, on the safe side."""
    fitted = preconditioner.fit(hessian, like)
    return fitted, each_of(largest(preconditioner, fitted, hessian, like))
