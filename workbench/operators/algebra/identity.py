"""The operator that changes nothing."""

import functools

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.diagonalisation import Basis, Diagonalisation, weighted
from workbench.tensors import Constant


class Identity(LinearOperator):
    """A x = x: denoising."""

    formula = r"A x = x"

    nonnegative = True
    scales = True

    def __init__(self, shape: SignalShape = (1, 64, 64)) -> None:
        super().__init__(shape, shape)
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x

    def adjoint(self, y: Tensor) -> Tensor:
        return y

    def losing(self, lost: Tensor) -> LinearOperator:
        from workbench.operators.sensors.mask import Mask

        return Mask(self.shape, pattern=(~lost).double())

    @functools.cached_property
    def diagonal(self) -> Diagonalisation:
        return Diagonalisation(Constant(torch.ones((), dtype=torch.float64)), weighted, "pixels")

    def gram_in(self, basis: Basis) -> Tensor:
        return torch.ones(self.shape, dtype=torch.float64)
