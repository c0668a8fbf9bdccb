"""Matrix-free linear algebra on any LinearOperator."""

import math
from collections.abc import Callable
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from workbench.operators import Field, Identity, LinearOperator
from workbench.tensors import dot, norm, norm2, normal_like, spread, stream

_NORMS: WeakKeyDictionary[LinearOperator, float] = WeakKeyDictionary()


def cg(
    operator: Callable[[Tensor], Tensor],
    b: Tensor,
    x: Tensor | None = None,
    tolerance: float = 1e-6,
    steps: int = 100,
) -> Tensor:
    """Solve H x = b for a self-adjoint H >= 0 by conjugate gradients, every item of the batch with its own steps.

    Stops when |b - H x| <= tolerance |b| in the whole batch, or after `steps`. Hestenes & Stiefel 1952.
    """
    x = torch.zeros_like(b) if x is None else x
    r = p = b - operator(x)
    goal = tolerance**2 * norm2(b)
    for _ in range(steps):
        if bool((norm2(r) <= goal).all()):
            break
        x, r, p = conjugate_step(operator, x, r, p)
    return x


def conjugate_step(
    hessian: Callable[[Tensor], Tensor], x: Tensor, r: Tensor, p: Tensor, floor: Tensor | float = 0.0
) -> tuple[Tensor, Tensor, Tensor]:
    """One step of conjugate gradients, (x, residual, direction) -> the same; items with |r|^2 <= floor rest."""
    q, rho = hessian(p), norm2(r)
    active = rho > floor
    step = spread(torch.where(active, ratio(rho, dot(p, q)), 0), x)
    x, r = x + step * p, r - step * q
    return x, r, r + spread(torch.where(active, ratio(norm2(r), rho), 0), r) * p


def ratio(above: Tensor, below: Tensor) -> Tensor:
    """above / below, and 0 where below is not positive: what an item that has nothing left to do divides by."""
    tiny = torch.finfo(below.dtype).tiny
    return torch.where(below > 0, above / below.clamp_min(tiny), torch.zeros_like(above))


def power_norm(
    operator: LinearOperator, like: Tensor | None = None, tolerance: float = 1e-4, steps: int = 300
) -> float:
    """Largest singular value of A by power iteration on A*A; the estimate grows to it from below.

    `like` gives dtype and device, float64 on the CPU when absent. Stops when the estimate moves by less than
    `tolerance` relative over five steps.
    """
    like = torch.zeros((), dtype=torch.float64) if like is None else like
    dtype = like.dtype if like.is_complex() or Field.REAL in operator.field else like.dtype.to_complex()
    start = torch.empty((1, *operator.in_shape), dtype=dtype, device=like.device)
    v = normal_like(start, stream(0, "power iteration", device=like.device))
    history: list[float] = []
    for k in range(steps):
        length = norm(v)
        if float(length) == 0:
            return 0.0
        v = operator.adjoint(operator(v / spread(length, v)))
        if k % 5 == 4:
            history.append(math.sqrt(float(norm(v))))
            if len(history) > 1 and history[-1] - history[-2] <= tolerance * history[-1]:
                break
    return history[-1]


def operator_norm(operator: LinearOperator, like: Tensor) -> float:
    """||A||: the closed form where there is one, else a power iteration (2 % on the safe side), made once."""
    if operator not in _NORMS:
        closed = operator.closed_norm()
        _NORMS[operator] = 1.02 * power_norm(operator, like) if closed is None else closed
    return _NORMS[operator]


def adjoint_mismatch(operator: LinearOperator, like: Tensor) -> float:
    """|<A v, y> - <v, A* y>| / (|A v| |y|) for one random v and y: rounding where the adjoint is the right one."""
    v = normal_like(like, stream(0, "v of the dot test", device=like.device))
    image = operator(v)
    y = normal_like(image, stream(0, "y of the dot test", device=like.device))
    size = norm(image) * norm(y)
    return float(ratio((dot(image, y) - dot(v, operator.adjoint(y))).abs(), size).max())


def solve_gram(
    operator: LinearOperator, b: Tensor, c: float, x: Tensor | None = None, tolerance: float = 1e-6
) -> Tensor:
    """(A*A + c I)^-1 b, c > 0: in closed form where the operator has one, else by conjugate gradients from x."""
    closed = operator.gram_inverse(b, c)
    if closed is not None:
        return closed
    return cg(operator.gram + c * Identity(operator.in_shape), b, x, tolerance)


def solve_data(
    operator: LinearOperator, b: Tensor, c: float, y: Tensor | None = None, tolerance: float = 1e-6
) -> Tensor:
    """(A A* + c I)^-1 b, c > 0: in closed form where the operator has one, else by conjugate gradients from y."""
    closed = operator.data_inverse(b, c)
    if closed is not None:
        return closed
    # Not (A @ A.H): the data of an operator on complex signals may be real.
    return cg(lambda v: operator(operator.adjoint(v)) + c * v, b, y, tolerance)
