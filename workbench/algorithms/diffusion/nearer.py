"""What posterior methods do with linear data and with a denoiser's derivative."""

from collections.abc import Callable

import torch
from torch import Tensor

from workbench.linalg import cg, conjugate_step
from workbench.operators import LinearOperator
from workbench.problem import Problem


def linear(problem: Problem) -> LinearOperator:
    """The operator of a problem that is known to be linear."""
    assert isinstance(problem.operator, LinearOperator)
    return problem.operator


def denoised(problem: Problem, z: Tensor, ratio: float) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """D = E[x | z], z = x + ratio n, and v -> J* v with its Jacobian J."""
    x, back = torch.func.vjp(lambda u: problem.prior.denoise(u, ratio), z)[:2]
    return x, lambda v: back(v)[0]


def back(problem: Problem, x: Tensor) -> Tensor:
    """A*(y - A x)."""
    operator = linear(problem)
    return operator.adjoint(problem.y - operator(x))


def nearer(problem: Problem, x: Tensor, c: float) -> Tensor:
    """x + (A*A + c)^-1 A*(y - A x), the least of |A u - y|^2 + c |u - x|^2: closed or by conjugate gradients."""
    b = back(problem, x)
    found = linear(problem).gram_inverse(b, c)
    return x + (cg(_curved(problem, c), b) if found is None else found)


def krylov(problem: Problem, x: Tensor, c: float, steps: int) -> Tensor:
    """The same by so many conjugate gradients from x, which ask nothing of the device."""
    found, r = torch.zeros_like(x), back(problem, x)
    p = r
    for _ in range(steps):
        found, r, p = conjugate_step(_curved(problem, c), found, r, p)
    return x + found


def _curved(problem: Problem, c: float) -> Callable[[Tensor], Tensor]:
    operator = linear(problem)
    return lambda v: operator.adjoint(operator(v)) + c * v
