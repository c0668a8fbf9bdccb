"""The backward heat problem."""

import functools
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.cosine import Boundary, diagonal_in_modes, filtered, laplacian
from workbench.operators.diagonalisation import Diagonalisation
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.tensors import Constant


class HeatDiffusion(LinearOperator):
    """A x = exp(time Laplacian) x: the heat left after a time, for every channel; A = A*.

    The Laplacian is that of neighbouring pixels, its ends insulated ("reflect") or joined ("periodic"). It blurs as a
    Gaussian of width sqrt(2 time) px does.
    """

    formula = r"A x = e^{t \Delta} x, \quad t = \text{time}"

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        time: Annotated[float, Range(0.1, 30, log=True, unit="px^2", limits=(0, 1e6)), "time of diffusion"] = 2.0,
        boundary: Annotated[Literal["reflect", "periodic"], "what the heat meets at the ends"] = "reflect",
    ) -> None:
        super().__init__(shape, shape)
        self.shape, self.time = shape, time
        self.boundary: Boundary = boundary
        self._gain = Constant(torch.exp(-time * laplacian(space_of(shape, "HeatDiffusion"), boundary)))

    def forward(self, x: Tensor) -> Tensor:
        return filtered(x, self._gain.like(x), self.boundary)

    def adjoint(self, y: Tensor) -> Tensor:
        return filtered(y, self._gain.like(y), self.boundary)

    @functools.cached_property
    def diagonal(self) -> Diagonalisation:
        return diagonal_in_modes(self._gain, self.boundary)
