"""Sparse codes of many signals in the same atoms, one number of a code after the other, and steps of the atoms."""

from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from workbench.kernels.dispatch import implementation
from workbench.refusal import Refusal
from workbench.tensors import shown


class CodeSweeps(Protocol):
    """What every back end has: pyright holds them to it."""

    def swept(
        self, code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, price: float, sweeps: int, /
    ) -> Tensor: ...

    def stepped(self, code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, longest: float, /) -> Tensor: ...


def swept(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, price: float, sweeps: int) -> Tensor:
    """c_k <- shrink(c_k + (d_k, r) / (d_k, s d_k), price / (d_k, s d_k)), r = t - s (c D), so many times.

    Coordinate descent on |sqrt(s) (c D - y)|^2 / 2 + price |c|_1 of each row, t = s y: code (..., n, k), atoms
    (..., k, values), seen s >= 0 and target t (..., n, values), real. The first sweep goes through the numbers
    that are not 0 or have |(d_k, r)| > price when it begins, those after it through what is not 0: the others stay, so
    that work goes with the numbers that are not 0. A number whose atom is not seen becomes 0.
    Friedman, Hastie, Hoefling, Tibshirani 2007, doi 10.1214/07-AOAS131.
    """
    _fit(code, atoms, seen, target)
    server: CodeSweeps = implementation(__name__, code, atoms, seen, target)
    return server.swept(code, atoms, seen, target, price, sweeps)


def stepped(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, longest: float) -> Tensor:
    """d_k <- P(d_k + c_k^T r / L_k), L_k = max_v sum_n s_nv c_nk^2, r = t - s (c D), for each k once.

    P is the projection on |d| <= longest, and each step the best one where s is 1. An atom that no code holds stays.
    Shapes as of `swept`. Mairal, Bach, Ponce, Sapiro 2010, JMLR 11, 19.
    """
    _fit(code, atoms, seen, target)
    server: CodeSweeps = implementation(__name__, code, atoms, seen, target)
    return server.stepped(code, atoms, seen, target, longest)


def _fit(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor) -> None:
    (*batch, rows, count), values = code.shape, atoms.shape[-1]
    wanted = ((*batch, count, values), (*batch, rows, values), (*batch, rows, values))
    fits = wanted == tuple(tuple(part.shape) for part in (atoms, seen, target))
    if not fits or code.is_complex() or code.numel() * values == 0:
        came = ", ".join(shown(tuple(part.shape)) for part in (code, atoms, seen, target))
        raise Refusal("real codes, atoms, weights and a target that fit", came, "pass (n, k), (k, v), (n, v), (n, v)")


if TYPE_CHECKING:
    from workbench.kernels.sparse_codes import numba, reference

    _backends: tuple[CodeSweeps, ...] = (reference, numba)
