"""What is known exactly: linear equations."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field, LinearOperator
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.sets.indicator import indicator
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, dot, norm, shown

_CONSISTENT = 1e-9


class AffineConstraint(Prior):
    """g(x) = 0 where B x = c, infinite elsewhere; without an operator B x is the mean of all entries of an item.

    c is one number for all equations, or one for each. The prox is the projection x + B^+ (c - B x). Refuses an
    operator without a pseudo-inverse in closed form, and equations that nothing meets.
    """

    formula = r"g(x) = 0 \text{ where } B x = c, \quad \infty \text{ elsewhere}"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.PROJECTION

    def __init__(
        self,
        operator: Annotated[LinearOperator | None, "operator B; none: the mean"] = None,
        value: Annotated[tuple[float, ...], "c, one number or one for each equation"] = (0.5,),
    ) -> None:
        super().__init__()
        self.operator, self.value = operator, value
        shape = (1,) if operator is None else operator.out_shape
        if len(value) not in (1, math.prod(shape)):
            wanted = f"1 or {math.prod(shape)} values for AffineConstraint"
            raise Refusal(wanted, str(len(value)), "give one for each equation")
        self._c = Constant(torch.tensor(value, dtype=torch.float64).expand(math.prod(shape)).reshape(1, *shape))
        if operator is not None:
            _require_solution(operator, self._c.value)

    def forward(self, x: Tensor) -> Tensor:
        return indicator(x, self.prox(x, 1.0))

    def prox(self, x: Tensor, step: float) -> Tensor:
        B = self._equations(tuple(x.shape[1:]))
        nearest = B.pseudo_inverse(self._c.like(x) - B(x))
        assert nearest is not None
        return x + nearest

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        # step C is the same equations with step c.
        B = self._equations(tuple(z.shape[1:]))
        nearest = B.pseudo_inverse(B(z) - step * self._c.like(z))
        assert nearest is not None
        return nearest

    def dual_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        return _Point(self._c), self._equations(shape)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        B = self.operator
        if B is None:
            return ""
        if B.in_shape != tuple(shape):
            return f"its equations are about {shown(B.in_shape)}, and this unknown is {shown(shape)}: rebuild them"
        if (Field.COMPLEX if dtype.is_complex else Field.REAL) not in B.field:
            return f"{type(B).__name__} does not take numbers of {dtype}: take another operator"
        return ""

    def _equations(self, shape: Shape) -> LinearOperator:
        return _Mean(shape) if self.operator is None else self.operator


def _require_solution(B: LinearOperator, c: Tensor) -> None:
    """Refuse equations that cannot be met to rounding."""
    c = c if Field.REAL in B.field else c.to(torch.complex128)
    x, name = B.pseudo_inverse(c), type(B).__name__
    if x is None:
        raise Refusal("an operator with a pseudo-inverse in closed form", name, "take Mask, Downsample or a blur")
    if float(norm(B(x) - c)) > _CONSISTENT * float(norm(c)):
        raise Refusal(f"equations of {name} that something meets", "values outside its range", "take those of a signal")


class _Point(Prior):
    """0 at c, infinite elsewhere; the conjugate is linear."""

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.CONVEX | Can.CONJUGATE | Can.PROJECTION

    def __init__(self, c: Constant) -> None:
        super().__init__()
        self._c = c

    def forward(self, x: Tensor) -> Tensor:
        return indicator(x, self._c.like(x).expand_as(x))

    def prox(self, x: Tensor, step: float) -> Tensor:
        return self._c.like(x).expand_as(x)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return z - step * self._c.like(z)

    def conjugate(self, z: Tensor) -> Tensor:
        return dot(self._c.like(z).expand_as(z), z)


class _Mean(LinearOperator):
    """The mean of all entries: (C, *space) -> (1,)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape, (1,))
        self._count = math.prod(shape)

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1).mean(1, keepdim=True)

    def adjoint(self, y: Tensor) -> Tensor:
        return self.pseudo_inverse(y) / self._count

    def closed_norm(self) -> float:
        return 1 / math.sqrt(self._count)

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        return y.reshape(-1, *[1] * len(self.in_shape)).expand(-1, *self.in_shape).clone()

    def adjoint_inverse(self, x: Tensor) -> Tensor:
        return x.flatten(1).sum(1, keepdim=True)
