"""The derivative of an operator at a point."""

from torch import Tensor

from workbench.operators.base import LinearOperator, Operator
from workbench.operators.derivatives import pull, push


class Jacobian(LinearOperator):
    """v -> lim (A(x + t v) - A(x)) / t at one x of any batch, `self.x`; the adjoint is the vector-Jacobian product."""

    def __init__(self, operator: Operator, x: Tensor) -> None:
        super().__init__(operator.in_shape, operator.out_shape)
        self.operator, self.x, self.field = operator, x, operator.field

    def forward(self, x: Tensor) -> Tensor:
        return push(self.operator, self.x, x.to(self.x.dtype), self.operator)

    def adjoint(self, y: Tensor) -> Tensor:
        return pull(self.operator, self.x, y, self.operator)
