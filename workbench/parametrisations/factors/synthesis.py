"""A code in any frame as the unknown."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import LinearOperator, Operator, WindowedCosines
from workbench.parametrisations.base import LinearParametrisation, PictureShape
from workbench.refusal import Refusal
from workbench.tensors import dot, norm2, spread

_FRAME = WindowedCosines()


class Synthesis(LinearParametrisation):
    """x = K* u, K any linear operator in the shape of x: block code, u, in the shape of K's data.

    With `OnUnknown(L1())` the synthesis form of sparsity; Analysis(h, K) is the analysis form. Linear: a convex
    problem stays one. The start is K of the first picture, as long as makes it best.
    Chen, Donoho, Saunders 1998, doi 10.1137/S1064827596304010.
    """

    formula = r"x = K^* u"

    def __init__(
        self,
        shape: PictureShape = (1, 64),
        frame: Annotated[Operator, "K, linear, such as WindowedCosines; it follows the shape"] = _FRAME,
    ) -> None:
        if not isinstance(frame, LinearOperator):
            raise Refusal("a linear operator as frame", type(frame).__name__, "take one that is, or its Jacobian")
        fitted = frame.fitted(tuple(shape))
        super().__init__(shape, {"code": fitted.out_shape})
        self.shape, self.frame, self.field = shape, fitted, fitted.field
        self._analysis = fitted

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return self._analysis.adjoint(views["code"])

    def adjoint(self, y: Tensor) -> Tensor:
        return self._analysis(y).reshape(-1, *self.in_shape)

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        code = self.adjoint(picture)
        made = self(code)
        size = norm2(made)
        return spread(torch.where(size > 0, dot(made, picture) / torch.where(size > 0, size, 1), 1), code) * code
