"""The backward heat problem."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators.base import Basis, LinearOperator, SignalShape, reciprocal
from workbench.operators.cosine import MODES, Boundary, filtered, laplacian
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.tensors import Constant


class HeatDiffusion(LinearOperator):
    """A x = exp(time Laplacian) x: the heat left after a time, for every channel; A = A*.

    The Laplacian is that of neighbouring pixels, its ends insulated ("reflect") or joined ("periodic"). It blurs as a
    Gaussian of width sqrt(2 time) px does.
    """

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

    def closed_norm(self) -> float:
        return 1.0

    def spectrum(self) -> Tensor:
        return self._gain.value.square().flatten().repeat(self.shape[0])

    def gram_in(self, basis: Basis) -> Tensor | None:
        return self._gain.value.square().expand(self.shape) if MODES[self.boundary] == basis else None

    def gram_inverse(self, b: Tensor, c: float) -> Tensor:
        return filtered(b, 1 / (self._gain.like(b).square() + c), self.boundary)

    def data_inverse(self, b: Tensor, c: float) -> Tensor:
        return self.gram_inverse(b, c)

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        return filtered(y, reciprocal(self._gain.like(y)), self.boundary)
