"""A linear map given by two functions."""

from collections.abc import Callable

from torch import Tensor

from workbench.operators.base import LinearOperator
from workbench.operators.field import Field
from workbench.refusal import Refusal
from workbench.tensors import Shape


class Map(LinearOperator):
    """A linear map given by two functions and their shapes (in, out): Hessians, experiments, tests."""

    def __init__(
        self,
        shapes: tuple[Shape, ...],
        there: Callable,
        back: Callable,
        field: Field = Field.REAL | Field.COMPLEX,
    ) -> None:
        if len(shapes) != 2:
            raise Refusal("two shapes, of the unknown and of the data", str(len(shapes)), "pass (in_shape, out_shape)")
        super().__init__(shapes[0], shapes[1])
        self.shapes, self.there, self.back, self.field = shapes, there, back, field

    def forward(self, x: Tensor) -> Tensor:
        return self.there(x)

    def adjoint(self, y: Tensor) -> Tensor:
        return self.back(y)
