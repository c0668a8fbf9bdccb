"""The adjoint as an operator."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.algebra.identity import Identity
from workbench.operators.base import LinearOperator


class Adjoint(LinearOperator):
    """A*, whose adjoint is A."""

    def __init__(self, operator: Annotated[LinearOperator, "operator A"] = Identity()) -> None:
        super().__init__(operator.out_shape, operator.in_shape)
        self.operator, self.field, self.nonnegative = operator, operator.field, operator.nonnegative

    def forward(self, x: Tensor) -> Tensor:
        return self.operator.adjoint(x)

    def adjoint(self, y: Tensor) -> Tensor:
        return self.operator(y)

    def closed_norm(self) -> float | None:
        return self.operator.closed_norm()

    def spectrum(self) -> Tensor | None:
        values, size = self.operator.spectrum(), math.prod(self.in_shape)
        if values is None:
            return None
        # A A* and A*A have the same eigenvalues but for zeros.
        return torch.cat([values.sort(descending=True).values, values.new_zeros(size)])[:size]

    def gram_inverse(self, b: Tensor, c: float) -> Tensor | None:
        return self.operator.data_inverse(b, c)

    def data_inverse(self, b: Tensor, c: float) -> Tensor | None:
        return self.operator.gram_inverse(b, c)

    def pseudo_inverse(self, y: Tensor) -> Tensor | None:
        return self.operator.adjoint_inverse(y)

    def adjoint_inverse(self, x: Tensor) -> Tensor | None:
        return self.operator.pseudo_inverse(x)

    @property
    def H(self) -> LinearOperator:
        return self.operator
