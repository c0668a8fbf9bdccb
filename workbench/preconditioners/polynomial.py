"""Preconditioners that are polynomials of the Hessian: no transform, no matrix, a few more products."""

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.preconditioners.base import Preconditioner

Degree = Annotated[int, Range(0, 8, limits=(0, 50)), "degree: products with H that an application costs"]


@dataclass(frozen=True)
class Polynomial(Preconditioner):
    """P = p(H), which commutes with H: P H is self-adjoint itself."""

    def balanced(self, fitted: Tensor, hessian: LinearOperator, v: Tensor) -> Tensor:
        return self.apply(fitted, hessian, hessian(v))
