"""Sparsity behind any linear map."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Gradient, LinearOperator, Operator
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.sparsity.l1 import L1
from workbench.refusal import Refusal
from workbench.tensors import Shape

_DIFFERENCES = Gradient()


class AnalysisL1(Prior):
    """g(x) = weight sum |K x|, K any linear operator in the shape of the signal: few of what K sees are not 0.

    The analysis form. With the parametrisation Synthesis(frame=K) and `OnUnknown(L1())` it is the synthesis form,
    x = K* u, and both are one where K is orthonormal. K follows the shape of the signal.
    Elad, Milanfar, Rubinstein 2007, doi 10.1088/0266-5611/23/3/007.
    """

    formula = r"g(x) = w \sum_i |(Kx)_i|"

    can = Can.VALUE | Can.SPLIT | Can.CONVEX

    def __init__(
        self,
        weight: Weight = 10.0,
        frame: Annotated[Operator, "K, linear, such as WindowedCosines"] = _DIFFERENCES,
    ) -> None:
        if not isinstance(frame, LinearOperator):
            raise Refusal("a linear operator as frame", type(frame).__name__, "take one that is, or its Jacobian")
        super().__init__()
        self.weight, self.frame, self._sparse = weight, frame, L1(weight)

    def forward(self, x: Tensor) -> Tensor:
        return self._sparse(self.linear(tuple(x.shape[1:]))(x))

    @property
    def outer(self) -> Prior:
        return self._sparse

    def linear(self, shape: Shape) -> LinearOperator:
        return self.frame.fitted(shape)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        try:
            self.frame.fitted(shape)
        except Refusal as refusal:
            return f"its {type(self.frame).__name__} does not take this signal: {refusal}"
        return ""
