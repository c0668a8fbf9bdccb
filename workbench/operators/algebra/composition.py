"""One operator after another."""

from collections.abc import Mapping
from typing import Annotated, Any

from torch import Tensor

from workbench.operators.algebra.common_field import common_field
from workbench.operators.algebra.identity import Identity
from workbench.operators.base import LinearOperator
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown


class Composition(LinearOperator):
    """x -> outer(inner(x))."""

    formula = r"A x = B(C x)"

    def __init__(
        self,
        outer: Annotated[LinearOperator, "operator applied last"] = Identity(),
        inner: Annotated[LinearOperator, "operator applied first"] = Identity(),
    ) -> None:
        if outer.in_shape != inner.out_shape:
            raise Refusal(
                f"an inner operator into {shown(outer.in_shape)}", shown(inner.out_shape), "match the two shapes"
            )
        super().__init__(inner.in_shape, outer.out_shape)
        self.outer, self.inner, self.field = outer, inner, common_field(outer, inner)
        self.nonnegative = outer.nonnegative and inner.nonnegative

    def _fitted(self, shape: Shape, values: Mapping[str, Any]) -> "Composition":
        inner = values.get("inner", self.inner).fitted(shape)
        return Composition(values.get("outer", self.outer).fitted(inner.out_shape), inner)

    def forward(self, x: Tensor) -> Tensor:
        return self.outer(self.inner(x))

    def adjoint(self, y: Tensor) -> Tensor:
        return self.inner.adjoint(self.outer.adjoint(y))
