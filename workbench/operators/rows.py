"""The rows of an operator in parts: what row-action methods and ordered subsets go through one after another."""

import math
from functools import partial

from torch import Tensor

from workbench.operators.base import LinearOperator, OperatorBlock


class Rows(LinearOperator):
    """Every `count`-th entry of A x from the `first` on, (B, 1, n): exact, at the price of all of A."""

    def __init__(self, operator: LinearOperator, first: int, count: int) -> None:
        size = math.prod(operator.out_shape)
        super().__init__(operator.in_shape, (1, len(range(first, size, count))))
        self.operator, self.first, self.count = operator, first, count
        self.field, self.nonnegative = operator.field, operator.nonnegative

    def forward(self, x: Tensor) -> Tensor:
        return entries(self.first, self.count, self.operator(x))

    def adjoint(self, y: Tensor) -> Tensor:
        whole = y.new_zeros((len(y), math.prod(self.operator.out_shape)))
        whole[:, self.first :: self.count] = y[:, 0]
        return self.operator.adjoint(whole.reshape(-1, *self.operator.out_shape))


def entries(first: int, count: int, y: Tensor) -> Tensor:
    """Every `count`-th entry of each item, in row-major order, from the `first` on: (B, 1, n)."""
    return y.flatten(1)[:, None, first::count]


def interleaved(operator: LinearOperator, count: int) -> tuple[OperatorBlock, ...]:
    """Blocks of any operator: entry i of the data belongs to block i modulo their number."""
    count = min(count, math.prod(operator.out_shape))
    return tuple(OperatorBlock(Rows(operator, s, count), partial(entries, s, count)) for s in range(count))


def angles(first: int, count: int, y: Tensor) -> Tensor:
    """Every `count`-th projection of sinograms (B, C, angles, bins) from the `first` on."""
    return y[:, :, first::count]
