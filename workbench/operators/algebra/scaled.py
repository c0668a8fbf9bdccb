"""A multiple of an operator."""

from collections.abc import Callable
from typing import Annotated

from torch import Tensor

from workbench.operators.algebra.identity import Identity
from workbench.operators.base import Basis, LinearOperator
from workbench.parameters import Range


class Scaled(LinearOperator):
    """x -> factor A x."""

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

    def spectrum(self) -> Tensor | None:
        values = self.operator.spectrum()
        return None if values is None else self.factor**2 * values

    def gram_in(self, basis: Basis) -> Tensor | None:
        values = self.operator.gram_in(basis)
        return None if values is None else self.factor**2 * values

    def gram_inverse(self, b: Tensor, c: float) -> Tensor | None:
        return self._inverse(self.operator.gram_inverse, b, c)

    def data_inverse(self, b: Tensor, c: float) -> Tensor | None:
        return self._inverse(self.operator.data_inverse, b, c)

    def pseudo_inverse(self, y: Tensor) -> Tensor | None:
        x = self.operator.pseudo_inverse(y)
        return None if x is None else x / self.factor if self.factor else 0 * x

    def adjoint_inverse(self, x: Tensor) -> Tensor | None:
        y = self.operator.adjoint_inverse(x)
        return None if y is None else y / self.factor if self.factor else 0 * y

    def _inverse(self, inverse: Callable[[Tensor, float], Tensor | None], b: Tensor, c: float) -> Tensor | None:
        if not self.factor:
            return b / c
        found = inverse(b, c / self.factor**2)
        return None if found is None else found / self.factor**2
