"""Operators made from operators: adjoint, composition, sum, multiple, Jacobian."""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import torch
from torch import Tensor

from workbench.operators.base import Basis, Field, LinearOperator, Operator, SignalShape
from workbench.operators.derivatives import pull, push
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown


class Identity(LinearOperator):
    """A x = x: denoising."""

    nonnegative = True

    def __init__(self, shape: SignalShape = (1, 64, 64)) -> None:
        super().__init__(shape, shape)
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x

    def adjoint(self, y: Tensor) -> Tensor:
        return y

    def closed_norm(self) -> float:
        return 1.0

    def spectrum(self) -> Tensor:
        return torch.ones(math.prod(self.shape), dtype=torch.float64)

    def gram_in(self, basis: Basis) -> Tensor:
        return torch.ones(self.shape, dtype=torch.float64)

    def gram_inverse(self, b: Tensor, c: float) -> Tensor:
        return b / (1 + c)

    def data_inverse(self, b: Tensor, c: float) -> Tensor:
        return b / (1 + c)

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        return y

    def adjoint_inverse(self, x: Tensor) -> Tensor:
        return x


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


class Composition(LinearOperator):
    """x -> outer(inner(x))."""

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


class Sum(LinearOperator):
    """x -> first(x) + second(x)."""

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


class Jacobian(LinearOperator):
    """v -> lim (A(x + t v) - A(x)) / t at a fixed x of any batch; the adjoint is the vector-Jacobian product."""

    def __init__(self, operator: Operator, x: Tensor) -> None:
        super().__init__(operator.in_shape, operator.out_shape)
        self.operator, self.x, self.field = operator, x, operator.field

    def forward(self, v: Tensor) -> Tensor:
        return push(self.operator, self.x, v.to(self.x.dtype), self.operator)

    def adjoint(self, w: Tensor) -> Tensor:
        return pull(self.operator, self.x, w, self.operator)


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


def common_field(first: LinearOperator, second: LinearOperator) -> Field:
    """The numbers that both take."""
    common = first.field & second.field
    if not common:
        raise Refusal("two operators for the same numbers", "a real and a complex one", "make both real or complex")
    return common
