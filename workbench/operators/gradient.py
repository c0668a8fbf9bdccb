"""Differences of neighbouring pixels."""

import math

from torch import Tensor

from workbench.kernels import tv as kernel
from workbench.operators.base import LinearOperator, SignalShape
from workbench.refusal import Refusal
from workbench.tensors import shown


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

    def forward(self, x: Tensor) -> Tensor:
        return kernel.gradient(x)

    def adjoint(self, y: Tensor) -> Tensor:
        return -kernel.divergence(y)

    def closed_norm(self) -> float:
        # D*D is the Laplacian of a path in each axis, of eigenvalues 4 sin^2(pi k / 2n), k < n; the axes add up.
        return math.sqrt(sum(4 * math.sin(math.pi * (n - 1) / (2 * n)) ** 2 for n in self.shape[1:]))
