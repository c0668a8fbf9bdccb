"""Differences of neighbouring pixels."""

import math

from torch import Tensor

from workbench.kernels import tv as kernel
from workbench.operators.base import Basis, LinearOperator, SignalShape, reciprocal
from workbench.operators.cosine import filtered, laplacian
from workbench.refusal import Refusal
from workbench.tensors import Constant, shown


class Gradient(LinearOperator):
    """Forward differences along each of d space axes, 0 at the last pixel: (C, *space) -> (C, d, *space).

    The adjoint is the negative divergence. Refuses signals that have neither one nor two space axes.
    """

    def __init__(self, shape: SignalShape = (1, 64, 64)) -> None:
        axes = len(shape) - 1
        if axes not in (1, 2):
            raise Refusal("one or two space axes for differences", shown(shape), "pass (channels, *space)")
        super().__init__(shape, (shape[0], axes, *shape[1:]))
        self.shape = shape
        self._eigenvalues = Constant(laplacian(shape[1:], "reflect"))

    def forward(self, x: Tensor) -> Tensor:
        return kernel.gradient(x)

    def adjoint(self, y: Tensor) -> Tensor:
        return -kernel.divergence(y)

    def closed_norm(self) -> float:
        return math.sqrt(float(self._eigenvalues.value.max()))

    def spectrum(self) -> Tensor:
        return self._eigenvalues.value.flatten().repeat(self.shape[0])

    def gram_in(self, basis: Basis) -> Tensor | None:
        return self._eigenvalues.value.expand(self.shape) if basis == "cosine" else None

    def gram_inverse(self, b: Tensor, c: float) -> Tensor:
        return filtered(b, 1 / (self._eigenvalues.like(b) + c), "reflect")

    def data_inverse(self, b: Tensor, c: float) -> Tensor:
        return (b - self(self.gram_inverse(self.adjoint(b), c))) / c

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        return filtered(self.adjoint(y), reciprocal(self._eigenvalues.like(y)), "reflect")

    def adjoint_inverse(self, x: Tensor) -> Tensor:
        return self(filtered(x, reciprocal(self._eigenvalues.like(x)), "reflect"))
