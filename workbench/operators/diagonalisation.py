"""Operators that are diagonal in a known orthonormal basis: every closed form follows from their eigenvalues."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from workbench.tensors import Constant, abs2

Basis = Literal["pixels", "fourier", "cosine"]  # modes in the order of the signal, of `fftn`, of `cosines`

RANK = 1e-12


@dataclass(frozen=True, eq=False)
class Diagonalisation:
    """B = U diag(eigenvalues) U*, with U unitary: (B, *shape) -> (B, *shape).

    `eigenvalues` broadcast over the signal's shape, float64 or complex128. `filtered(x, gain)` is U (gain U* x) for a
    gain of their shape. `basis` names U where it is one that others know.
    """

    eigenvalues: Constant
    filtered: Callable[[Tensor, Tensor], Tensor]
    basis: Basis | None = None

    def shifted_inverse(self, b: Tensor, c: float | Tensor) -> Tensor:
        """(B + c I)^-1 b for real eigenvalues >= 0 and a number c > 0."""
        return self.filtered(b, 1 / (self.eigenvalues.like(b) + c))

    def pseudo_inverse(self, b: Tensor) -> Tensor:
        """The least x that brings B x nearest to b; an eigenvalue below RANK of the largest counts as 0."""
        return self.filtered(b, reciprocal(self.eigenvalues.like(b)))

    def norm(self) -> float:
        """The largest modulus of an eigenvalue."""
        return float(self.eigenvalues.value.abs().max())

    @property
    def squared(self) -> "Diagonalisation":
        """B*B."""
        return Diagonalisation(Constant(abs2(self.eigenvalues.value)), self.filtered, self.basis)

    @property
    def adjoint(self) -> "Diagonalisation":
        """B*."""
        return Diagonalisation(Constant(self.eigenvalues.value.conj().resolve_conj()), self.filtered, self.basis)

    def scaled(self, factor: float) -> "Diagonalisation":
        """factor B."""
        return Diagonalisation(Constant(factor * self.eigenvalues.value), self.filtered, self.basis)


def weighted(x: Tensor, gain: Tensor) -> Tensor:
    """gain x: the basis of the pixels."""
    return gain * x


def reciprocal(values: Tensor) -> Tensor:
    """1 / values, the singular values of a pseudo-inverse: 0 where one is below RANK of the largest."""
    kept = values.abs() > RANK * values.abs().max()
    return torch.where(kept, 1 / torch.where(kept, values, 1), 0)
