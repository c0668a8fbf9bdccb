"""Functions of A*A, for methods that treat every singular value by itself."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from workbench.operators import Basis, LinearOperator
from workbench.posterior import columns, flat
from workbench.posterior.covariance import in_basis, signals
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import Constant, dot, in_double, norm2, normal_like, stream

UNKNOWN = "an operator whose singular values are known, or a small one"
_LARGEST = 1024  # rows of a matrix whose eigenvectors are found
_ZERO = 1e-10  # of the largest eigenvalue of A*A
_KNOWN: WeakKeyDictionary[LinearOperator, "SpectralFunction | None"] = WeakKeyDictionary()


class SpectralFunction(ABC):
    """f, x -> f(A*A) x."""

    @abstractmethod
    def __call__(self, f: Callable[[Tensor], Tensor], x: Tensor, free: float = 0.0) -> Tensor:
        """f takes eigenvalues above 0; `free` is what it is at 0."""


@dataclass(frozen=True)
class _Basis(SpectralFunction):
    """Eigenvalues mode by mode in a basis that makes A*A diagonal."""

    values: Constant
    basis: Basis

    def __call__(self, f: Callable[[Tensor], Tensor], x: Tensor, free: float = 0.0) -> Tensor:
        return in_basis(x, _apply(f, self.values.like(x), free), self.basis)


@dataclass(frozen=True)
class _Tight(SpectralFunction):
    """A A* = c: A*A is c on the range of A* and 0 elsewhere."""

    operator: LinearOperator
    c: float

    def __call__(self, f: Callable[[Tensor], Tensor], x: Tensor, free: float = 0.0) -> Tensor:
        seen = float(f(torch.tensor(self.c, dtype=torch.float64)))
        return free * x + (seen - free) / self.c * self.operator.adjoint(self.operator(x))


@dataclass(frozen=True)
class _Matrix(SpectralFunction):
    """Eigenvalues and eigenvectors, (N, N), of the matrix of A*A."""

    values: Constant
    vectors: Constant

    def __call__(self, f: Callable[[Tensor], Tensor], x: Tensor, free: float = 0.0) -> Tensor:
        vectors = self.vectors.like(x)
        rows = (flat(x) @ vectors) * _apply(f, self.values.like(x), free) @ vectors.T
        return signals(rows, tuple(x.shape[1:]), x.dtype)


def spectral(operator: LinearOperator, like: Tensor) -> SpectralFunction:
    """The calculus of A*A, found once for each operator; Refusal where it is not known."""
    if operator not in _KNOWN:
        _KNOWN[operator] = _find(operator, like)
    found = _KNOWN[operator]
    if found is None:
        raise Refusal(UNKNOWN, type(operator).__name__, "take DDS or DiffPIR, which need none")
    return found


def unknown(problem: Problem) -> str:
    """What a linear problem lacks of known singular values."""
    operator = problem.operator
    assert isinstance(operator, LinearOperator)
    if operator not in _KNOWN and (_diagonal(operator) or _rows(operator, problem.dtype) <= _LARGEST):
        return ""
    try:
        spectral(operator, problem.zeros()[:1])
    except Refusal:
        return f"{UNKNOWN}, which {type(operator).__name__} is not"
    return ""


def _find(operator: LinearOperator, like: Tensor) -> SpectralFunction | None:
    return _diagonal(operator) or _tight(operator, like) or _matrix(operator, like)


def _diagonal(operator: LinearOperator) -> _Basis | None:
    found = ((basis, operator.gram_in(basis)) for basis in get_args(Basis))
    return next((_Basis(Constant(values), basis) for basis, values in found if values is not None), None)


def _tight(operator: LinearOperator, like: Tensor) -> _Tight | None:
    """By one random vector of data: it is an eigenvector of A A* only where all are."""
    y = operator(torch.zeros_like(in_double(like)))
    y = normal_like(y, stream(0, "test for a tight frame", device=like.device))
    image = operator(operator.adjoint(y))
    size = float(norm2(y).sum())
    c = float(dot(y, image).sum()) / size
    apart = float(norm2(image - c * y).sum())
    return _Tight(operator, c) if c > 0 and apart <= (_ZERO * c) ** 2 * size else None


def _matrix(operator: LinearOperator, like: Tensor) -> _Matrix | None:
    if _rows(operator, like.dtype) > _LARGEST:
        return None
    values, vectors = torch.linalg.eigh(columns(operator.gram, operator.in_shape, in_double(like).dtype, like.device))
    return _Matrix(Constant(values), Constant(vectors))


def _rows(operator: LinearOperator, dtype: torch.dtype) -> int:
    return torch.Size(operator.in_shape).numel() * (2 if dtype.is_complex else 1)


def _apply(f: Callable[[Tensor], Tensor], values: Tensor, free: float) -> Tensor:
    seen = values > _ZERO * values.max()
    return torch.where(seen, f(torch.where(seen, values, 1)), free)
