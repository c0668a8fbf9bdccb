"""The inverse of a Hessian, as the covariance of a posterior: by its factor or mode by mode."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.operators import Basis
from workbench.operators.cosine import cosines, filtered
from workbench.refusal import Refusal
from workbench.tensors import Shape, parts

LARGEST = 4096  # rows of a matrix: unknowns, of complex signals real and imaginary parts
_CHUNK = 512  # products with the Hessian at a time


class Covariance(ABC):
    """S = H^-1, over signals of one shape."""

    @abstractmethod
    def __call__(self, b: Tensor) -> Tensor:
        """S b of each item, (B, *shape)."""

    @abstractmethod
    def root(self, white: Tensor) -> Tensor:
        """R w of each item with R R* = S: normal numbers of this covariance from white ones."""

    @abstractmethod
    def matrix(self) -> Tensor:
        """S, (N, N), in the order of `flat`."""

    @abstractmethod
    def diagonal(self) -> Tensor:
        """The variance of each pixel, (*shape), of complex ones the sum of both parts."""


@dataclass(frozen=True)
class DenseCovariance(Covariance):
    """S by the Cholesky factor L of H = L L^T, (N, N)."""

    factor: Tensor
    shape: Shape
    dtype: torch.dtype

    def __call__(self, b: Tensor) -> Tensor:
        return signals(torch.cholesky_solve(flat(b).T, self.factor).T, self.shape, self.dtype)

    def root(self, white: Tensor) -> Tensor:
        rows = torch.linalg.solve_triangular(self.factor.T, flat(white).T, upper=True).T
        return signals(rows, self.shape, self.dtype)

    def matrix(self) -> Tensor:
        return torch.cholesky_inverse(self.factor)

    def diagonal(self) -> Tensor:
        return self.matrix().diagonal().reshape(*self.shape, -1).sum(-1)


@dataclass(frozen=True)
class ModeCovariance(Covariance):
    """S by the eigenvalues of H, (C, *space), whose eigenvectors are the modes of a basis."""

    values: Tensor
    basis: Basis
    dtype: torch.dtype

    def __call__(self, b: Tensor) -> Tensor:
        return in_basis(b, 1 / self.values, self.basis)

    def root(self, white: Tensor) -> Tensor:
        return in_basis(white, self.values.rsqrt(), self.basis)

    def matrix(self) -> Tensor:
        return columns(self, tuple(self.values.shape), self.dtype, self.values.device)

    def diagonal(self) -> Tensor:
        each = (2 if self.dtype.is_complex else 1) / self.values
        for axis in range(1, each.ndim):
            if self.basis == "fourier":  # the same everywhere
                each = each.mean(axis, keepdim=True).expand_as(each)
            elif self.basis == "cosine":
                unit = torch.eye(each.shape[axis], dtype=each.dtype, device=each.device)
                each = (each.movedim(axis, -1) @ cosines(unit, (1,)).square().T).movedim(-1, axis)
        return each


def in_basis(x: Tensor, gain: Tensor, basis: Basis) -> Tensor:
    """x, (B, C, *space), with each coefficient in the basis times `gain`, real, (C, *space)."""
    if basis == "pixels":
        return gain * x
    return filtered(x, gain, "reflect" if basis == "cosine" else "periodic")


def flat(x: Tensor) -> Tensor:
    """Signals as rows of real numbers, (B, N); of complex ones each real part before its imaginary part."""
    return parts(x).flatten(1)


def signals(rows: Tensor, shape: Shape, dtype: torch.dtype) -> Tensor:
    """What `flat` made rows of."""
    if not dtype.is_complex:
        return rows.reshape(len(rows), *shape)
    return torch.view_as_complex(rows.reshape(len(rows), *shape, 2).contiguous())


def columns(
    apply: Callable[[Tensor], Tensor], shape: Shape, dtype: torch.dtype, device: torch.device | str = "cpu"
) -> Tensor:
    """The matrix of a self-adjoint map of signals, (N, N), float64; Refusal beyond LARGEST rows."""
    size = torch.Size(shape).numel() * (2 if dtype.is_complex else 1)
    if size > LARGEST:
        wanted = f"at most {LARGEST} unknowns for an exact posterior"
        raise Refusal(wanted, str(size), "take a smaller signal, or operator and prior that one basis makes diagonal")
    units = torch.eye(size, dtype=torch.float64, device=device).split(_CHUNK)
    return torch.cat([flat(apply(signals(part, shape, dtype))) for part in units])
