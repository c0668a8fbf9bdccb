"""A multiple of an operator."""

import functools
from typing import Annotated

from torch import Tensor

from workbench.operators.algebra.identity import Identity
from workbench.operators.base import LinearOperator
from workbench.operators.diagonalisation import Diagonalisation
from workbench.parameters import Range


class Scaled(LinearOperator):
    """x -> factor A x."""

    formula = r"A x = c\, B x, \quad c = \text{factor}"

    def __init__(
        self,
        operator: Annotated[LinearOperator, "operator A"] = Identity(),
        factor: Annotated[float, Range(-10, 10, limits=(-1e12, 1e12)), "factor"] = 1.0,
    ) -> None:
        super().__init__(operator.in_shape, operator.out_shape)
        self.operator, self.factor, self.field = operator, factor, operator.field
        self.nonnegative = operator.nonnegative and factor >= 0

    def forward(self, x: Tensor) -> Tensor:
        return self.factor * self.operator(x)

    def adjoint(self, y: Tensor) -> Tensor:
        return self.factor * self.operator.adjoint(y)

    def closed_norm(self) -> float | None:
        norm = self.operator.closed_norm()
        return None if norm is None else abs(self.factor) * norm

    @functools.cached_property
    def diagonal(self) -> Diagonalisation | None:
        return self.operator.diagonal.scaled(self.factor) if self.operator.diagonal else None

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation | None:
        return self.operator.gram_diagonal.scaled(self.factor**2) if self.operator.gram_diagonal else None

    @functools.cached_property
    def data_diagonal(self) -> Diagonalisation | None:
        return self.operator.data_diagonal.scaled(self.factor**2) if self.operator.data_diagonal else None

    def pseudo_inverse(self, y: Tensor) -> Tensor | None:
        x = self.operator.pseudo_inverse(y)
        return None if x is None else x / self.factor if self.factor else 0 * x

    def adjoint_inverse(self, x: Tensor) -> Tensor | None:
        y = self.operator.adjoint_inverse(x)
        return None if y is None else y / self.factor if self.factor else 0 * y
