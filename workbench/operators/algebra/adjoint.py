"""The adjoint as an operator."""

import functools
from typing import Annotated

from torch import Tensor

from workbench.operators.algebra.identity import Identity
from workbench.operators.base import LinearOperator
from workbench.operators.diagonalisation import Diagonalisation


class Adjoint(LinearOperator):
    """A*, whose adjoint is A."""

    formula = r"A^*, \quad \langle A^* y, x\rangle = \langle y, A x\rangle"

    def __init__(self, operator: Annotated[LinearOperator, "operator A"] = Identity()) -> None:
        super().__init__(operator.out_shape, operator.in_shape)
        self.operator, self.field, self.nonnegative = operator, operator.field, operator.nonnegative

    def forward(self, x: Tensor) -> Tensor:
        return self.operator.adjoint(x)

    def adjoint(self, y: Tensor) -> Tensor:
        return self.operator(y)

    def closed_norm(self) -> float | None:
        return self.operator.closed_norm()

    @functools.cached_property
    def diagonal(self) -> Diagonalisation | None:
        return self.operator.diagonal.adjoint if self.operator.diagonal else None

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation | None:
        return self.operator.data_diagonal

    @functools.cached_property
    def data_diagonal(self) -> Diagonalisation | None:
        return self.operator.gram_diagonal

    def pseudo_inverse(self, y: Tensor) -> Tensor | None:
        return self.operator.adjoint_inverse(y)

    def adjoint_inverse(self, x: Tensor) -> Tensor | None:
        return self.operator.pseudo_inverse(x)

    @property
    def H(self) -> LinearOperator:
        return self.operator
