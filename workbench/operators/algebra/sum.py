"""The sum of two operators."""

from typing import Annotated

from torch import Tensor

from workbench.operators.algebra.common_field import common_field
from workbench.operators.algebra.identity import Identity
from workbench.operators.base import LinearOperator
from workbench.refusal import Refusal
from workbench.tensors import shown


class OperatorSum(LinearOperator):
    """x -> first(x) + second(x)."""

    formula = r"A x = B x + C x"

    def __init__(
        self,
        first: Annotated[LinearOperator, "first operator"] = Identity(),
        second: Annotated[LinearOperator, "second operator"] = Identity(),
    ) -> None:
        if (first.in_shape, first.out_shape) != (second.in_shape, second.out_shape):
            raise Refusal(
                f"two operators {shown(first.in_shape)} -> {shown(first.out_shape)}",
                f"{shown(second.in_shape)} -> {shown(second.out_shape)}",
                "match the shapes of both",
            )
        super().__init__(first.in_shape, first.out_shape)
        self.first, self.second, self.field = first, second, common_field(first, second)
        self.nonnegative = first.nonnegative and second.nonnegative

    def forward(self, x: Tensor) -> Tensor:
        return self.first(x) + self.second(x)

    def adjoint(self, y: Tensor) -> Tensor:
        return self.first.adjoint(y) + self.second.adjoint(y)
