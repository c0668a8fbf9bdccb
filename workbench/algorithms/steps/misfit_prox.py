"""The prox of the misfit and the least squares that splitting methods solve, in closed form where there is one."""

from collections.abc import Callable

import torch
from torch import Tensor

from workbench.algorithms.base import white
from workbench.linalg import cg, conjugate_step
from workbench.noise import Likelihood
from workbench.operators import Identity, LinearOperator
from workbench.problem import Problem
from workbench.tensors import Each, each, times


def lacks_misfit_prox(problem: Problem, closed: bool = False) -> str:
    """Why `misfit_prox` cannot be had, in words; `closed` asks that no iteration be in it."""
    noise, operator = type(problem.noise).__name__, type(problem.operator).__name__
    if isinstance(problem.operator, Identity):
        return "" if Likelihood.PROX in problem.noise.can else f"a prox of the noise, which {noise} lacks"
    if not white(problem):
        return f"white Gaussian noise behind {operator}, which {noise} is not"
    if closed and problem.operator.at(problem.y).gram_inverse(problem.zeros(), 1.0) is None:
        return f"(A*A + c)^-1 in closed form, which {operator} lacks"
    return ""


def misfit_prox(problem: Problem, v: Tensor, step: Each, x: Tensor) -> Tensor:
    """argmin_u |u - v|^2 / 2 + step misfit(u): in closed form, else by conjugate gradients from x to 1e-10."""
    if isinstance(problem.operator, Identity):
        return each(problem.noise.prox, step, v, problem.y)
    A, weight = problem.operator.at(v), 1 / (step * problem.noise.lipschitz(problem.y))
    b = A.adjoint(problem.y) + times(weight, v)
    closed = gram_inverse(A, b, weight)
    return cg(lambda u: A.adjoint(A(u)) + times(weight, u), b, x, tolerance=1e-10) if closed is None else closed


def gram_inverse(A: LinearOperator, b: Tensor, weight: Each) -> Tensor | None:
    """(A*A + weight)^-1 b in closed form, each item by its own weight; None where there is none."""
    if not isinstance(weight, Tensor):
        return A.gram_inverse(b, weight)
    parts = [A.gram_inverse(item, one) for item, one in zip(b.split(1), weight.tolist(), strict=True)]
    found = [part for part in parts if part is not None]
    return torch.cat(found) if len(found) == len(parts) else None


def penalised(problem: Problem, x: Tensor, targets: tuple[Tensor, Tensor], weight: Each, inner: int) -> Tensor:
    """argmin |A x - y|^2 + weight |K x - z|^2 for targets (y, z): in closed form, else `inner` steps from x."""
    A, K = problem.operator.at(x), problem.prior.linear(problem.operator.in_shape)
    b = A.adjoint(targets[0]) + times(weight, K.adjoint(targets[1]))
    closed = gram_inverse(A, b, weight) if isinstance(K, Identity) else None
    if closed is not None:
        return closed
    return descended(lambda v: A.adjoint(A(v)) + times(weight, K.adjoint(K(v))), b, x, inner)


def anchored(problem: Problem, x: Tensor, z: Tensor, weight: Each, inner: int) -> Tensor:
    """argmin |A x - y|^2 + weight |x - z|^2: in closed form, else `inner` steps from x."""
    A = problem.operator.at(x)
    b = A.adjoint(problem.y) + times(weight, z)
    closed = gram_inverse(A, b, weight)
    return descended(lambda v: A.adjoint(A(v)) + times(weight, v), b, x, inner) if closed is None else closed


def descended(hessian: Callable[[Tensor], Tensor], b: Tensor, x: Tensor, inner: int) -> Tensor:
    """`inner` conjugate gradients for H x = b from x, every item by itself."""
    p = r = b - hessian(x)
    for _ in range(inner):
        x, r, p = conjugate_step(hessian, x, r, p)
    return x
