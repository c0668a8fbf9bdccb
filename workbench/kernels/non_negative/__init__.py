"""Least squares without negative numbers, one column of a factor after the other."""

from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from workbench.kernels.dispatch import implementation
from workbench.refusal import Refusal
from workbench.tensors import shown


class ColumnSweeps(Protocol):
    """What every back end has: pyright holds them to it."""

    def swept(self, factor: Tensor, gram: Tensor, product: Tensor, sweeps: int, /) -> Tensor: ...


def swept(factor: Tensor, gram: Tensor, product: Tensor, sweeps: int) -> Tensor:
    """U_k <- max(0, U_k + (P - U G)_k / G_kk) for each column k in its turn, so many times over: (..., n, rank), real.

    Coordinate descent on |U V^T - y|^2 with G = V^T V, (..., rank, rank), and P = y V, (..., n, rank); a column with
    G_kk = 0 stays.
    """
    rank = factor.shape[-1]
    fits = product.shape == factor.shape and gram.shape == (*factor.shape[:-2], rank, rank)
    if not fits or factor.is_complex() or factor.numel() == 0:
        came = f"{shown(tuple(factor.shape))}, {shown(tuple(gram.shape))} and {shown(tuple(product.shape))}"
        raise Refusal("a real factor, a Gram matrix and a product that fit", came, "pass (n, k), (k, k) and (n, k)")
    server: ColumnSweeps = implementation(__name__, factor, gram, product)
    return server.swept(factor, gram, product, sweeps)


if TYPE_CHECKING:
    from workbench.kernels.non_negative import numba, reference

    _backends: tuple[ColumnSweeps, ...] = (reference, numba)
