"""Matrices along the axes: their singular value decompositions, axis by axis, give every closed form."""

import functools
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator
from workbench.operators.diagonalisation import Diagonalisation, reciprocal
from workbench.tensors import Constant, Shape


class Separable(LinearOperator):
    """A x = x with each axis of (C, *space) multiplied by its own real matrix, None being the identity.

    Its singular values are the products of those of the matrices, which are decomposed at first need.
    """

    def __init__(self, shape: Shape, factors: Sequence[Tensor | None]) -> None:
        super().__init__(shape, tuple(n if M is None else len(M) for n, M in zip(shape, factors, strict=True)))
        self._factors = [None if M is None else Constant(M) for M in factors]

    def forward(self, x: Tensor) -> Tensor:
        return along_axes(x, (None if M is None else M.like(x) for M in self._factors))

    def adjoint(self, y: Tensor) -> Tensor:
        return along_axes(y, (None if M is None else M.like(y).mT for M in self._factors))

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation:
        return Diagonalisation(Constant(self._singular(self.in_shape).square()), self._filtered_signal)

    @functools.cached_property
    def data_diagonal(self) -> Diagonalisation:
        return Diagonalisation(Constant(self._singular(self.out_shape).square()), self._filtered_data)

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        scaled = reciprocal(self._out_values.like(y)) * self._left(y, transposed=True)
        # A singular vector has the same index on both sides; those without a partner are 0 by now.
        paired = scaled.new_zeros((len(y), *self.in_shape))
        both = (slice(None), *[slice(min(n, m)) for n, m in zip(self.in_shape, self.out_shape, strict=True)])
        paired[both] = scaled[both]
        return self._right(paired)

    @functools.cached_property
    def _parts(self) -> list[tuple[Constant, Tensor, Constant] | None]:
        """U, s and V* of each matrix, U and V square."""
        found = [None if M is None else torch.linalg.svd(M.value) for M in self._factors]
        return [None if part is None else (Constant(part[0]), part[1], Constant(part[2])) for part in found]

    @functools.cached_property
    def _out_values(self) -> Constant:
        return Constant(self._singular(self.out_shape))

    def _singular(self, shape: Shape) -> Tensor:
        """The singular values over the index in `shape`, with a zero where a vector has no partner."""
        values = torch.ones((), dtype=torch.float64)
        for n, part in zip(shape, self._parts, strict=True):
            line = torch.ones(n, dtype=torch.float64)
            if part is not None:
                line = torch.cat([part[1], line.new_zeros(max(0, n - len(part[1])))])
            values = values[..., None] * line
        return values

    def _filtered_signal(self, x: Tensor, gain: Tensor) -> Tensor:
        return self._right(gain * self._right(x, transposed=True))

    def _filtered_data(self, y: Tensor, gain: Tensor) -> Tensor:
        return self._left(gain * self._left(y, transposed=True))

    def _left(self, y: Tensor, transposed: bool = False) -> Tensor:
        sides = (None if part is None else part[0].like(y) for part in self._parts)
        return along_axes(y, (U if U is None or not transposed else U.mT for U in sides))

    def _right(self, x: Tensor, transposed: bool = False) -> Tensor:
        sides = (None if part is None else part[2].like(x) for part in self._parts)
        return along_axes(x, (V if V is None or transposed else V.mT for V in sides))


def along_axes(x: Tensor, factors: Iterable[Tensor | None]) -> Tensor:
    """x, (B, n_1, ...), with axis k multiplied by the k-th matrix."""
    for axis, M in enumerate(factors, 1):
        if M is not None:
            x = (x.movedim(axis, -1) @ M.mT.to(x.dtype)).movedim(-1, axis)
    return x
