"""Two factors as the unknown."""

from collections.abc import Mapping
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators import LinearOperator, Map
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, noisy, require_axes
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import Shape, normal_like, real_of

_LEAST = 1e-3  # of the largest singular value: what columns that the first picture lacks begin with
_LARGE, _SPARE, _POWERS = 256, 10, 1  # px; vectors beyond the rank; products with x x*: more come no nearer


class LowRank(Parametrisation):
    """x = U V^T in each channel: blocks left, U, (C, rows, rank), and right, V, (C, columns, rank).

    The rank may be above that of the picture. Both starts are balanced, U*U = V*V: "spectral", the largest singular
    vectors of the back-projection, "random", factors of normal numbers of the size of it. Complex too, without a
    conjugate. Burer, Monteiro 2003, doi 10.1007/s10107-002-0352-8.
    """

    formula = r"x = U V^\top"
    multilinear = True
    freedom = "U G and V G^-T make the same picture for any G; drawn are factors of equal size, their columns apart"

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        rank: Annotated[int, Range(1, 50, log=True, limits=(1, 100_000)), "columns of each factor"] = 5,
        begin: Annotated[Literal["spectral", "random"], "the first factors"] = "spectral",
        scale: Annotated[float, Range(1e-6, 10, log=True, limits=(1e-15, 1e6)), "size of random first factors"] = 1.0,
        seed: Annotated[int, SEEDS, "which random first factors"] = 0,
    ) -> None:
        require_axes(shape, 2, "LowRank")
        require_rank(rank, shape[1:], "LowRank")
        channels, rows, columns = shape
        super().__init__(shape, {"left": (channels, rows, rank), "right": (channels, columns, rank)})
        self.shape, self.rank, self.begin, self.scale, self.seed = shape, rank, begin, scale, seed

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["left"] @ views["right"].mT

    def at(self, x: Tensor) -> LinearOperator:
        """(dU, dV) -> dU V^T + U dV^T, in closed form: half the time of torch's derivatives."""
        here = self.views(x)
        left, right = here["left"], here["right"]

        def there(v: Tensor) -> Tensor:
            views = self.layout.views(v.to(x.dtype))
            return views["left"] @ right.mT + left @ views["right"].mT

        def back(w: Tensor) -> Tensor:
            w = w.to(x.dtype)
            return self.joined({"left": w @ right.conj(), "right": w.mT @ left.conj()})

        return Map((self.in_shape, self.out_shape), there, back, self.field)

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        if self.begin == "spectral" and bool(picture.abs().amax() > 0):
            left, values, right = _leading(picture, self.rank, rng)
            # Of the two signs of each pair the one that is mostly positive, from which constrained factors can go on.
            sign = torch.where(left.real.sum(-2, keepdim=True) < 0, -1.0, 1.0).to(left)
            left, right = sign * left, sign.mT * right
            values = values[..., : self.rank].maximum(_LEAST * values[..., :1]).clamp_min(_LEAST * values.amax())
            return self._rooted(left[..., : self.rank], values, right[..., : self.rank, :].mT)
        zero = picture.new_zeros((1, *self.in_shape))
        views = self.views(noisy(zero, rng, 1.0))
        left, values, right = factors(views["left"], views["right"])
        size = torch.linalg.vector_norm(picture)
        size = torch.where(size > 0, size, 1) / torch.linalg.vector_norm(values)
        return self._rooted(left, self.scale * size * values, right)

    def balanced(self, u: Tensor) -> Tensor:
        views = self.views(u)
        return self._rooted(*factors(views["left"], views["right"]))

    def nearest(self, u: Tensor, other: Tensor) -> Tensor:
        """Turned to the other: U G and V conj(G), with the unitary G that brings both nearest, Procrustes."""
        here, there = self.views(self.balanced(u)), self.views(other)
        left, right = turned((here["left"], here["right"]), (there["left"], there["right"]))
        return self.joined({"left": left, "right": right})

    def _rooted(self, left: Tensor, values: Tensor, right: Tensor) -> Tensor:
        root = values.sqrt()[..., None, :].to(left)
        return self.joined({"left": left * root, "right": right * root})


def _leading(picture: Tensor, rank: int, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """At least that many of the largest singular values, with their vectors.

    Of a large picture nearly, from the images of a few random vectors, in time linear in its entries: Halko, Martinsson
    & Tropp 2011, doi 10.1137/090771806.
    """
    rows, columns = picture.shape[-2:]
    count = rank + _SPARE
    if min(rows, columns) <= max(_LARGE, 2 * count):
        return torch.linalg.svd(picture, full_matrices=False)
    range_ = picture @ normal_like(picture[..., :count, :].mT, rng)
    for _ in range(_POWERS):
        range_ = picture @ (picture.mH @ torch.linalg.qr(range_)[0])
    basis = torch.linalg.qr(range_)[0]
    left, values, right = torch.linalg.svd(basis.mH @ picture, full_matrices=False)
    return basis @ left, values, right


def factors(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(P, s, Q) with left right^T = P diag(s) Q^T, P and Q with orthonormal columns, for (..., n, rank) each."""
    (p, r), (q, t) = torch.linalg.qr(left), torch.linalg.qr(right)
    inner, values, outer = torch.linalg.svd(r @ t.mT, full_matrices=False)
    return p @ inner, values.to(real_of(left.dtype)), q @ outer.mT


def turned(here: tuple[Tensor, Tensor], there: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """U G and V conj(G) of factors (U, V), (..., n, rank), by the unitary G that brings both nearest to others."""
    together = here[0].mH @ there[0] + (here[1].mH @ there[1]).conj()
    p, _, q = torch.linalg.svd(together)
    return here[0] @ (p @ q), here[1] @ (p @ q).conj()


def require_rank(rank: int, sides: Shape, name: str) -> None:
    """Refuse a rank above the smaller side."""
    if rank > min(sides):
        wanted = f"a rank of at most {min(sides)}, the smaller side, for {name}"
        raise Refusal(wanted, str(rank), "lower rank, or take a larger picture")
