"""Interpolation of a periodic grid at scattered points, by a kernel of few neighbours, and its adjoint, spreading."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from workbench.kernels.dispatch import implementation
from workbench.kernels.linear import linear
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, shown


@dataclass(frozen=True)
class Neighbours:
    """Of S points on a grid of sides `shape`: in each axis the first neighbour, (S,) int64, and weights, (S, width)."""

    shape: Shape
    first: tuple[Constant, ...]
    weights: tuple[Constant, ...]

    def __len__(self) -> int:
        return len(self.first[0].value)


class ScatteredBackEnd(Protocol):
    """What every back end has: pyright holds them to it."""

    def interpolate(self, grid: Tensor, near: Neighbours, /) -> Tensor: ...

    def spread(self, values: Tensor, near: Neighbours, /) -> Tensor: ...


def interpolate(grid: Tensor, near: Neighbours) -> Tensor:
    """out[b, s] = sum_t prod_a w_a[s, t_a] grid[b, (first_a[s] + t_a) mod n_a]: (B, *shape) -> (B, S).

    Real or complex. Each axis has its own weights; the sum runs over the width of each, and comes round at the ends.
    """
    _require(grid, near.shape)
    return linear(grid, lambda v: _of(v).interpolate(v, near), lambda v: _of(v).spread(v, near))


def spread(values: Tensor, near: Neighbours) -> Tensor:
    """The adjoint: each value is added to its neighbours, (B, S) -> (B, *shape), in the order of the points."""
    _require(values, (len(near),))
    return linear(values, lambda v: _of(v).spread(v, near), lambda v: _of(v).interpolate(v, near))


def _of(x: Tensor) -> ScatteredBackEnd:
    return implementation(__name__, x)


def _require(x: Tensor, shape: Shape) -> None:
    if tuple(x.shape[1:]) != shape or not (x.is_complex() or x.is_floating_point()) or not x.numel():
        came = f"{shown(tuple(x.shape))} of {x.dtype}"
        raise Refusal(f"B x {shown(shape)} numbers, real or complex", came, "reshape or cast them")


if TYPE_CHECKING:
    from workbench.kernels.scattered import numba, reference

    _backends: tuple[ScatteredBackEnd, ...] = (reference, numba)
