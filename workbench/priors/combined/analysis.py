"""A prior of what any linear map sees."""

from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor

from workbench.linalg import operator_norm
from workbench.operators import Gradient, LinearOperator, Operator
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.sparsity.l1 import L1
from workbench.refusal import Refusal
from workbench.tensors import Shape

_DIFFERENCES, _ENTRIES = Gradient(), L1()
_KEPT = Can.VALUE | Can.GRAD | Can.HVP | Can.SPLIT | Can.CONVEX | Can.QUADRATIC


class Analysis(Prior):
    """g(x) = h(K x), h any prior with a value and K any linear operator in the shape of the signal.

    With L1 and its like the analysis form of sparsity: few of what K sees are not 0. The synthesis form is the
    parametrisation Synthesis(frame=K) with `OnUnknown(h)`, x = K* u; both are one where K is orthonormal.
    Elad, Milanfar, Rubinstein 2007, doi 10.1088/0266-5611/23/3/007.
    """

    formula = r"g(x) = h(Kx)"

    can = _KEPT

    def __init__(
        self,
        prior: Annotated[Prior, "h, the prior of K x"] = _ENTRIES,
        frame: Annotated[Operator, "K, linear, such as WindowedCosines; it follows the shape"] = _DIFFERENCES,
    ) -> None:
        if not isinstance(frame, LinearOperator):
            raise Refusal("a linear operator as frame", type(frame).__name__, "take one that is, or its Jacobian")
        super().__init__()
        self.prior, self.frame = prior, frame
        self.can = prior.can & type(self).can
        if Can.PROX not in prior.can:
            self.can &= ~Can.SPLIT

    def forward(self, x: Tensor) -> Tensor:
        return self.prior(self._on(x)(x))

    def grad(self, x: Tensor) -> Tensor:
        K = self._on(x)
        return K.adjoint(self._able(Can.GRAD).grad(K(x)))

    def lipschitz(self) -> float:
        return self.lipschitz_on(self.frame.in_shape)

    def lipschitz_on(self, shape: Shape) -> float:
        K = self.frame.fitted(shape)
        size = operator_norm(K, torch.zeros((), dtype=torch.float64))
        return self._able(Can.GRAD).lipschitz_on(K.out_shape) * size**2

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.hessian(x)(v)

    def hessian(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        K = self._on(x)
        inner = self._able(Can.HVP).hessian(K(x))
        return lambda v: K.adjoint(inner(K(v)))

    def smoothed(self, width: float) -> Prior:
        return Analysis(self.prior.smoothed(width), self.frame)

    @property
    def outer(self) -> Prior:
        return self._able(Can.SPLIT)

    def linear(self, shape: Shape) -> LinearOperator:
        return self.frame.fitted(shape)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        try:
            seen = self.frame.fitted(shape).out_shape
        except Refusal as refusal:
            return f"its {type(self.frame).__name__} does not take this signal: {refusal}"
        return self.prior.unfit(seen, dtype)

    def _on(self, x: Tensor) -> LinearOperator:
        return self.frame.fitted(tuple(x.shape[1:]))

    def _able(self, ability: Can) -> Prior:
        """h itself, for what it can do here."""
        if ability not in self.can:
            raise self._lacks(ability)
        return self.prior
