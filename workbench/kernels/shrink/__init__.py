"""Soft and group thresholds: the proximal maps of the l1 norm of entries and of groups."""

from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from workbench.kernels.dispatch import implementation
from workbench.refusal import Refusal
from workbench.tensors import shown


class Shrinkage(Protocol):
    """What every back end has: pyright holds them to it."""

    def soft(self, v: Tensor, t: Tensor, /) -> Tensor: ...

    def group(self, v: Tensor, t: Tensor, axis: int, /) -> Tensor: ...


def soft(v: Tensor, t: Tensor) -> Tensor:
    """v max(0, 1 - t / |v|) entry by entry: (B, ...), real or complex, t (B,) >= 0."""
    _require(v, t)
    return _serving(v, t).soft(v, t)


def group(v: Tensor, t: Tensor, axis: int) -> Tensor:
    """The same with |v| the Euclidean norm along an axis that is not the batch's."""
    _require(v, t)
    if not 1 <= axis < v.ndim:
        raise Refusal(f"an axis from 1 to {v.ndim - 1} to group", str(axis), "take one of (B, ...) but the first")
    return _serving(v, t).group(v, t, axis)


def _serving(x: Tensor, *others: Tensor) -> Shrinkage:
    return implementation(__name__, x, *others)


def _require(v: Tensor, t: Tensor) -> None:
    if v.ndim < 2 or v.numel() == 0 or not (v.is_floating_point() or v.is_complex()):
        came = f"{shown(tuple(v.shape))} of {v.dtype}"
        raise Refusal("a batch of real or complex signals", came, "pass (B, ...), none of them 0")
    if t.shape != v.shape[:1]:
        raise Refusal(f"one t for each of {len(v)} signals", shown(tuple(t.shape)), "pass t of shape (B,)")


if TYPE_CHECKING:
    from workbench.kernels.shrink import numba, reference, triton

    _backends: tuple[Shrinkage, ...] = (reference, numba, triton)
