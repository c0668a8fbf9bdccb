"""The periodised orthonormal wavelet transform, of one to three space axes, and its inverse, which is its adjoint."""

from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from workbench.kernels.dispatch import implementation
from workbench.kernels.linear import linear
from workbench.refusal import Refusal
from workbench.tensors import Constant, shown


class WaveletBackEnd(Protocol):
    """What every back end has: pyright holds them to it."""

    def analyse(self, x: Tensor, filters: Constant, levels: int, /) -> Tensor: ...

    def synthesise(self, coefficients: Tensor, filters: Constant, levels: int, /) -> Tensor: ...


def analyse(x: Tensor, filters: Constant, levels: int) -> Tensor:
    """W x, of the shape of x, (B, C, *space), real or complex, whose sides divide by 2^levels.

    In each axis the low band is the first half, and the low corner is split again, level by level. Along an axis of n
    out[k] = sum_t f[t] x[(2 k + t - L/2 + 1) mod n], f of `filters`, (2, L) float64, the low-pass first: then W is
    orthonormal where they are. Mallat 1989, 10.1109/34.192463.
    """
    _require(x, filters, levels)
    return linear(x, lambda v: _of(v).analyse(v, filters, levels), lambda v: _of(v).synthesise(v, filters, levels))


def synthesise(coefficients: Tensor, filters: Constant, levels: int) -> Tensor:
    """W* c of coefficients as `analyse` makes them."""
    _require(coefficients, filters, levels)
    return linear(
        coefficients, lambda v: _of(v).synthesise(v, filters, levels), lambda v: _of(v).analyse(v, filters, levels)
    )


def corner(shape: tuple[int, ...], level: int) -> tuple:
    """Where the low band of a level is in coefficients of this shape, (B, C, *space)."""
    return (..., *(slice(n >> level) for n in shape[2:]))


def _of(x: Tensor) -> WaveletBackEnd:
    return implementation(__name__, x)


def _require(x: Tensor, filters: Constant, levels: int) -> None:
    if x.ndim not in (3, 4, 5) or x.numel() == 0 or not (x.is_floating_point() or x.is_complex()):
        came = f"{shown(tuple(x.shape))} of {x.dtype}"
        raise Refusal("a batch of signals with one to three space axes", came, "pass (B, C, *space), none of them 0")
    shape = tuple(filters.value.shape)
    if len(shape) != 2 or shape[0] != 2 or shape[1] % 2 or not shape[1]:
        raise Refusal("two filters of equal, even length", shown(shape), "pass (2, L), the low-pass first")
    if levels < 1 or any(n % 2**levels for n in x.shape[2:]):
        came = f"{shown(tuple(x.shape[2:]))} and {levels} levels"
        raise Refusal("sides that can be halved at every level, one at least", came, "crop or pad them, or split less")


if TYPE_CHECKING:
    from workbench.kernels.wavelet import numba, reference, triton

    _backends: tuple[WaveletBackEnd, ...] = (reference, numba, triton)
