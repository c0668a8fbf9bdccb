"""A quadratic model on a Krylov space: small, and solved exactly."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from workbench.linalg import ratio
from workbench.operators import LinearOperator
from workbench.parameters import Range

Size = Annotated[int, Range(2, 100, log=True, limits=(2, 1000)), "dimension of the space that a step is sought in"]


class Model(NamedTuple):
    """<g, V u> + <V u, H V u> / 2 = <c, u> + <u, values u> / 2: V real orthonormal rows, (B, n, d), the rest (B, n)."""

    basis: Tensor
    slope: Tensor
    values: Tensor

    def lift(self, u: Tensor, like: Tensor) -> Tensor:
        """V u."""
        return _like(torch.einsum("bn,bnd->bd", u, self.basis), like)

    def promised(self, u: Tensor) -> Tensor:
        """What the model says that u gains."""
        return -(self.slope * u).sum(1) - (self.values * u.square()).sum(1) / 2


class KrylovSpace(NamedTuple):
    """Real orthonormal rows, (B, n, d), and what a Hessian makes of them; rows of zeros where there was none to add."""

    basis: Tensor
    images: Tensor


def spanned(
    hessian: LinearOperator, starts: Sequence[Tensor], count: int, known: KrylovSpace | None = None
) -> KrylovSpace:
    """The Krylov space of several starts, `count` rows beside those known: block Lanczos, twice by Gram and Schmidt."""
    like, queue = starts[0], list(starts)
    flat = _real(like)
    size = min(count, 2 * flat.shape[1])  # a start of zeros keeps every other place empty
    old = 0 if known is None else known.basis.shape[1]
    basis, images = (flat.new_zeros(len(flat), old + size, flat.shape[1]) for _ in range(2))
    if known is not None:
        basis[:, :old], images[:, :old] = known
    for n in range(old, old + size):
        v = _real(queue.pop(0))
        before = v.norm(dim=1)
        for _ in range(2):
            v = v - torch.einsum("bm,bmd->bd", torch.einsum("bmd,bd->bm", basis[:, :n], v), basis[:, :n])
        # What is left of a vector that lay in the space is rounding, and no direction.
        length = v.norm(dim=1)
        kept = length > before * torch.finfo(length.dtype).eps ** 0.5
        basis[:, n] = torch.where(kept, ratio(torch.ones_like(length), length), 0)[:, None] * v
        queue.append(hessian(_like(basis[:, n], like)))
        images[:, n] = _real(queue[-1])
    return KrylovSpace(basis, images)


def modelled(space: KrylovSpace, g: Tensor) -> Model:
    """The quadratic model of slope g in a space."""
    T = torch.einsum("bmd,bnd->bmn", *space)
    values, rotation = torch.linalg.eigh((T + T.mT) / 2)
    turned = torch.einsum("bmd,bmn->bnd", space.basis, rotation)
    return Model(turned, torch.einsum("bnd,bd->bn", turned, _real(g)), values)


def _real(x: Tensor) -> Tensor:
    return (torch.view_as_real(x.resolve_conj()) if x.is_complex() else x).flatten(1)


def _like(v: Tensor, x: Tensor) -> Tensor:
    return torch.view_as_complex(v.reshape(*x.shape, 2)) if x.is_complex() else v.reshape(x.shape)
