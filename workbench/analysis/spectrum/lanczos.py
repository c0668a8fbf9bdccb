"""Lanczos with two passes of Gram-Schmidt, many starts at once; T and its scalars in float64."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from workbench.kernels.orthogonal import orthogonalise
from workbench.operators import LinearOperator
from workbench.refusal import Refusal
from workbench.tensors import dot, norm, parts, real_of, shown, stream

BREAKDOWN = 10.0  # a remainder of so many roundings of |H| is zero: the Krylov space is exhausted


@dataclass(frozen=True)
class Krylov:
    """Krylov spaces of P starts after m steps: T = tridiag(beta, alpha, beta), and the vectors that span them.

    alpha, beta: (P, m) float64; beta[:, i] joins step i to i + 1, and 0 says that the space ended there. basis is
    (P, m, n) in the real coordinates of the signal. `products` counts applications of the operator.
    """

    alpha: Tensor
    beta: Tensor
    basis: Tensor
    products: int

    @property
    def steps(self) -> int:
        return self.alpha.shape[1]

    @property
    def exhausted(self) -> Tensor:
        """Which of the P spaces are invariant, so that their spectrum is exact: (P,)."""
        return (self.beta == 0).any(1)

    def matrix(self) -> Tensor:
        """T, (P, m, m); what lies behind the end of an exhausted space is cut off by zeros."""
        inner = self.beta[:, :-1]
        return torch.diag_embed(self.alpha) + torch.diag_embed(inner, 1) + torch.diag_embed(inner, -1)


def real_coordinates(x: Tensor) -> Tensor:
    """Signals (P, ...) as real vectors (P, n); complex ones as twice as many numbers."""
    return parts(x).flatten(1)


def from_real(v: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """The inverse of `real_coordinates`."""
    if dtype.is_complex:
        return torch.view_as_complex(v.reshape(len(v), *shape, 2))
    return v.reshape(len(v), *shape)


def rademacher(operator: LinearOperator, count: int, like: Tensor, seed: int = 0, purpose: str = "signs") -> Tensor:
    """`count` signals of independent signs: probes with E[v v'] = I, (count, *in_shape)."""
    pairs = (2,) if like.is_complex() else ()
    bits = torch.randint(0, 2, (count, *operator.in_shape, *pairs), generator=stream(seed, purpose))
    signs = (2 * bits - 1).to(device=like.device, dtype=real_of(like.dtype))
    return torch.view_as_complex(signs) if like.is_complex() else signs


def require_square(operator: LinearOperator) -> None:
    """Refuse an operator that cannot be self-adjoint."""
    if operator.in_shape != operator.out_shape:
        came = f"{shown(operator.in_shape)} -> {shown(operator.out_shape)}"
        raise Refusal("a self-adjoint operator", came, "take its gram, A.H @ A")


def iterate(operator: LinearOperator, starts: Tensor, room: int = 16) -> Iterator[Krylov]:
    """The Krylov spaces of H, self-adjoint, and of each start, (P, *in_shape), after 1, 2, 3, ... steps.

    Ends when every space is invariant or whole. The exact arithmetic of Lanczos 1950 by two passes of Gram-Schmidt.
    There is room for so many vectors from the start, and for twice as many whenever that is spent.
    """
    require_square(operator)
    v = real_coordinates(starts)
    size = norm(v)[:, None]
    if bool((size == 0).any()):
        raise Refusal("starts that are not zero", "a zero vector", "draw another one")
    v = v / size
    alphas, betas = [], []
    buffer = v.new_empty(len(v), min(room, v.shape[1]), v.shape[1])
    scale = torch.zeros(len(v), dtype=torch.float64, device=v.device)
    alive = torch.ones(len(v), dtype=torch.bool, device=v.device)
    tiny = BREAKDOWN * torch.finfo(v.dtype).eps
    while True:
        m = len(alphas) + 1
        if m > buffer.shape[1]:
            buffer = torch.cat([buffer, torch.empty_like(buffer)], 1)
        buffer[:, m - 1] = v
        basis = buffer[:, :m]
        w = real_coordinates(operator(from_real(v, operator.in_shape, starts.dtype)))
        alpha = dot(w, v)
        scale = torch.maximum(scale, norm(w).double())
        w = orthogonalise(w[:, None], basis)[0][:, 0]
        beta = norm(w)
        alphas.append(torch.where(alive, alpha.double(), 0.0))
        alive = alive & (beta.double() > tiny * scale * v.shape[1] ** 0.5)
        betas.append(torch.where(alive, beta.double(), 0.0))
        yield Krylov(torch.stack(alphas, 1), torch.stack(betas, 1), basis, m * len(v))
        if not bool(alive.any()) or m == v.shape[1]:
            return
        v = torch.where(alive[:, None], w / beta.clamp_min(torch.finfo(v.dtype).tiny)[:, None], 0.0)


def lanczos(operator: LinearOperator, steps: int = 80, starts: Tensor | None = None, seed: int = 0) -> Krylov:
    """`steps` steps of Lanczos on a self-adjoint operator, fewer where the space is exhausted before.

    Without starts one Rademacher vector in float64 begins.
    """
    like = torch.zeros((), dtype=torch.float64)
    begin = rademacher(operator, 1, like, seed, "start of Lanczos") if starts is None else starts
    *_, last = islice(iterate(operator, begin, steps), steps)
    return last
