"""Differences of neighbouring pixels."""

import functools

from torch import Tensor

from workbench.kernels import tv as kernel
from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.cosine import diagonal_in_modes, laplacian
from workbench.operators.diagonalisation import Diagonalisation
from workbench.operators.differences.spacing import Axes, Spacing, scale_of
from workbench.operators.shapes import space_of
from workbench.tensors import Constant


class Gradient(LinearOperator):
    """Forward differences along each of d space axes, 0 at the last pixel: (C, *space) -> (C, d, *space).

    Those along axis a are divided by its spacing h_a, the side of a pixel, and 0 where `axes` leave it out. The adjoint
    is the negative divergence. One, two or three space axes.
    """

    formula = r"(Ax)_{a,i} = (x_{i+e_a} - x_i) / h_a"

    def __init__(self, shape: SignalShape = (1, 64, 64), spacing: Spacing = (), axes: Axes = ()) -> None:
        space = space_of(shape, "Gradient")
        super().__init__(shape, (shape[0], len(space), *space))
        self.shape, self.spacing, self.axes = shape, spacing, axes
        self._scale = scale_of(spacing, shape, "Gradient", axes)

    def forward(self, x: Tensor) -> Tensor:
        return kernel.gradient(x, self._scale)

    def adjoint(self, y: Tensor) -> Tensor:
        return -kernel.divergence(y, self._scale)

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation:
        return diagonal_in_modes(Constant(laplacian(self.shape[1:], "reflect", scale=self._scale)), "reflect")
