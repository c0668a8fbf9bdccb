"""Matrix-free linear algebra on any LinearOperator."""

import math
from collections.abc import Callable, Iterator
from itertools import islice
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from workbench.operators import Field, Identity, LinearOperator
from workbench.tensors import dot, norm, norm2, normal_like, real_of, spread, stream

_NORMS: WeakKeyDictionary[LinearOperator, float] = WeakKeyDictionary()
_SAFE = 1.02**2 - 1  # how far above an eigenvalue of A*A its bound may lie
_MISS = 1e-4  # how seldom a random start has so little of the top eigenvector as `largest_eigenvalue` supposes
_SPENT = 1e-13  # of |H|: what rounding leaves of a new Lanczos vector where there is none
_DOUBLINGS, _ROUNDINGS = 60, 100
_EARLY, _LATER = 10, 5  # every step is judged at first, then every fifth


def cg(
    operator: Callable[[Tensor], Tensor],
    b: Tensor,
    x: Tensor | None = None,
    tolerance: float | Tensor = 1e-6,
    steps: int = 100,
) -> Tensor:
    """Solve H x = b for a self-adjoint H >= 0 by conjugate gradients, every item of the batch with its own steps.

    An item rests once |b - H x| <= tolerance |b|, one for all or (B,), or after `steps`. Hestenes & Stiefel 1952.
    """
    x = torch.zeros_like(b) if x is None else x
    r = p = b - operator(x)
    goal = tolerance**2 * norm2(b)
    for _ in range(steps):
        if bool((norm2(r) <= goal).all()):
            break
        x, r, p = conjugate_step(operator, x, r, p, goal)
    return x


def attainable(tolerance: float, dtype: torch.dtype) -> float:
    """A relative residual that the precision holds: below it `cg` follows rounding, which a singular H makes huge."""
    return max(tolerance, 16 * torch.finfo(dtype).eps)


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


def largest_eigenvalue(
    apply: Callable[[Tensor], Tensor], like: Tensor, accuracy: float = 0.02, steps: int = 100
) -> tuple[Tensor, Tensor]:
    """Between what the largest eigenvalue of a self-adjoint H >= 0 of each item lies: low and high, (B,), float64.

    By Lanczos, until high <= (1 + accuracy) low. Low is a Ritz value. High is where the Lanczos polynomial, of norm 1
    for the random start, says that the start misses the top eigenvector as one in 10^4 does: a plateau ends nothing.
    Van Dorsselaer, Hochstenbach & van der Vorst 2001, SIAM J. Matrix Anal. Appl. 22, 837.
    """
    v = _start(like)
    unlikely = _MISS * math.sqrt(math.pi / 2 / (v[0].numel() * (1 + v.is_complex())))
    found, low = _Tridiagonal(1 / unlikely), torch.zeros(len(like), dtype=torch.float64)
    done = low < 0
    for k, (alpha, beta) in enumerate(islice(_lanczos(apply, v), steps)):
        found.add(alpha, beta)
        if k >= _EARLY and (k + 1) % _LATER and k + 1 < steps:
            continue
        low = torch.where(done, low, found.ritz()[:, -1].clamp_min(0))
        done = done | found.exceeds((1 + accuracy) * low)
        if bool(done.all()):
            break
    return low, torch.where(done, (1 + accuracy) * low, found.bound(low))


def spread_of(apply: Callable[[Tensor], Tensor], like: Tensor, steps: int = 20) -> tuple[Tensor, Tensor]:
    """The smallest and the largest Ritz value that Lanczos finds of a self-adjoint H >= 0, (B,), float64; from inside.

    Of what H sees: the start is an image of H, and what lies below rounding is no eigenvalue of it.
    """
    found = _Tridiagonal(torch.inf)
    for alpha, beta in islice(_lanczos(apply, apply(_start(like))), steps):
        found.add(alpha, beta)
    values = found.ritz()
    top = values[:, -1:].clamp_min(0)
    seen = values > _ROUNDINGS * torch.finfo(like.dtype).eps * top
    return torch.where(seen, values, top).amin(1), top[:, 0]


def _start(like: Tensor) -> Tensor:
    """A random signal, the same for every item; its stream keeps the name of the method that Lanczos took over from."""
    return normal_like(like[:1], stream(0, "power iteration", device=like.device)).expand(like.shape)


def _lanczos(apply: Callable[[Tensor], Tensor], v: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """The diagonal and what is beside it of H on the Krylov space of v, (B,) each, float64 on the CPU."""
    one = torch.ones(len(v), dtype=real_of(v.dtype), device=v.device)
    v, before, beta = spread(ratio(one, norm(v)), v) * v, torch.zeros_like(v), 0 * one
    while True:
        w = apply(v) - spread(beta, v) * before
        alpha = dot(v, w)
        w = w - spread(alpha, v) * v
        beta = norm(w)
        before, v = v, spread(ratio(one, beta), w) * w
        yield alpha.double().cpu(), beta.double().cpu()


class _Tridiagonal:
    """The matrices that Lanczos makes, one of each item, and its polynomials."""

    def __init__(self, most: float) -> None:
        self._most, self._alpha, self._beta = most, [], []

    def add(self, alpha: Tensor, beta: Tensor) -> None:
        # Below rounding the space is invariant: all that the start holds has been seen.
        gone = beta <= _SPENT * torch.stack([alpha.abs(), *self._beta]).amax(0)
        self._alpha.append(alpha)
        self._beta.append(torch.where(gone, 0.0, beta))

    def ritz(self) -> Tensor:
        """The Ritz values, (B, steps), the largest last."""
        beside = torch.stack(self._beta, 1)[:, :-1]
        matrix = torch.diag_embed(torch.stack(self._alpha, 1)) + beside.diag_embed(1) + beside.diag_embed(-1)
        return torch.linalg.eigvalsh(matrix)

    def exceeds(self, value: Tensor) -> Tensor:
        """Whether a polynomial is larger at a value, (B,), above all Ritz values than the top eigenvalue lets it be."""
        last, now, off = torch.zeros_like(value), torch.ones_like(value), torch.zeros_like(value)
        reached = torch.zeros_like(value, dtype=torch.bool)
        for alpha, beta in zip(self._alpha, self._beta, strict=True):
            last, now, off = now, ((value - alpha) * now - off * last) / beta, beta
            reached = reached | (beta == 0) | (now >= self._most)
        return reached

    def bound(self, low: Tensor) -> Tensor:
        """The least value found that `exceeds`, (B,)."""
        high = 2 * low
        for _ in range(_DOUBLINGS):
            high = torch.where(self.exceeds(high), high, 2 * high)
        for _ in range(_DOUBLINGS):
            middle = (low + high) / 2
            above = self.exceeds(middle)
            low, high = torch.where(above, low, middle), torch.where(above, middle, high)
        return high


def power_norm(
    operator: LinearOperator, like: Tensor | None = None, tolerance: float = 0.02, steps: int = 100
) -> float:
    """The largest singular value of A from below, seldom more than `tolerance` too small: see `largest_eigenvalue`.

    `like` gives dtype and device, float64 on the CPU when absent.
    """
    return _norms(operator, _unit(operator, like), (1 + tolerance) ** 2 - 1, steps)[0]


def operator_norm(operator: LinearOperator, like: Tensor) -> float:
    """||A||, made once: the closed form where there is one, else Lanczos' bound, on the safe side by about 2 %."""
    if operator not in _NORMS:
        closed = operator.closed_norm()
        _NORMS[operator] = _norms(operator, _unit(operator, like))[1] if closed is None else closed
    return _NORMS[operator]


def jacobian_norms(jacobian: LinearOperator, like: Tensor) -> Tensor:
    """The norm of each item's Jacobian, (B,) float64, for `like` of the shape (B, *in_shape), safe by about 2 %."""
    return largest_eigenvalue(lambda v: jacobian.adjoint(jacobian(v)), like, _SAFE)[1].sqrt()


def _norms(operator: LinearOperator, like: Tensor, accuracy: float = _SAFE, steps: int = 100) -> tuple[float, float]:
    low, high = largest_eigenvalue(lambda v: operator.adjoint(operator(v)), like, accuracy, steps)
    return float(low.sqrt()), float(high.sqrt())


def _unit(operator: LinearOperator, like: Tensor | None) -> Tensor:
    """A batch of one of what A takes, in the precision of `like`."""
    like = torch.zeros((), dtype=torch.float64) if like is None else like
    dtype = like.dtype if like.is_complex() or Field.REAL in operator.field else like.dtype.to_complex()
    return torch.empty((1, *operator.in_shape), dtype=dtype, device=like.device)


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
