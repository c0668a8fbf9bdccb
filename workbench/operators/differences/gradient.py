"""Differences of neighbouring pixels."""

import functools

from torch import Tensor

from workbench.kernels import tv as kernel
from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.cosine import diagonal_in_modes, laplacian
from workbench.operators.diagonalisation import Diagonalisation
from workbench.refusal import Refusal
from workbench.tensors import Constant, shown


class Gradient(LinearOperator):
    """Forward differences along each of d space axes, 0 at the last pixel: (C, *space) -> (C, d, *space).

    The adjoint is the negative divergence. Refuses signals that have neither one nor two space axes.
    """

    formula = r"(Ax)_{a,i} = x_{i+e_a} - x_i"

    def __init__(self, shape: SignalShape = (1, 64, 64)) -> None:
        axes = len(shape) - 1
        if axes not in (1, 2):
            raise Refusal("one or two space axes for differences", shown(shape), "pass (channels, *space)")
        super().__init__(shape, (shape[0], axes, *shape[1:]))
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return kernel.gradient(x)

    def adjoint(self, y: Tensor) -> Tensor:
        return -kernel.divergence(y)

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation:
        return diagonal_in_modes(Constant(laplacian(self.shape[1:], "reflect")), "reflect")
