"""What all pairs of N points tell, row by row: nothing of size N x N is ever held."""

from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from workbench.kernels.dispatch import implementation
from workbench.refusal import Refusal
from workbench.tensors import shown


class PairsOfPoints(Protocol):
    """What every back end has: pyright holds them to it."""

    def log_similarity(self, x: Tensor, /) -> Tensor: ...

    def neighbours(self, x: Tensor, k: int, /) -> Tensor: ...

    def within(self, x: Tensor, radii: Tensor, /) -> Tensor: ...


def log_similarity(x: Tensor) -> Tensor:
    """ln 1/N sum_j exp(-|x_i - x_j|^2) over all points, the point itself included: (N, d) -> (N,)."""
    _require_points(x)
    return _serving(x).log_similarity(x)


def neighbours(x: Tensor, k: int) -> Tensor:
    """Distances to the k nearest other points under the max norm, ascending: (N, d) -> (N, k)."""
    _require_points(x)
    if not 1 <= k < len(x):
        raise Refusal(
            f"more samples than the {k} neighbours, at least one", str(len(x)), "take more samples or fewer k"
        )
    return _serving(x).neighbours(x, k)


def within(x: Tensor, radii: Tensor) -> Tensor:
    """How many other points lie nearer than the point's radius under the max norm: (N, d), (N,) -> (N,) int64."""
    _require_points(x)
    if radii.shape != x.shape[:1]:
        came = shown(tuple(radii.shape))
        raise Refusal(f"a radius for each of {len(x)} points", came, "pass radii of shape (N,)")
    return _serving(x).within(x, radii.to(x.dtype))


def _serving(x: Tensor, *others: Tensor) -> PairsOfPoints:
    return implementation(__name__, x, *others)


def _require_points(x: Tensor) -> None:
    if x.ndim != 2 or x.numel() == 0 or not x.is_floating_point():
        raise Refusal("real points (N, d)", f"{shown(tuple(x.shape))} of {x.dtype}", "pass one row a point")


if TYPE_CHECKING:
    from workbench.kernels.pairs import numba, reference, triton

    _backends: tuple[PairsOfPoints, ...] = (reference, numba, triton)
