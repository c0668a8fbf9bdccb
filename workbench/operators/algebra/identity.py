"""The operator that changes nothing."""

import math

import torch
from torch import Tensor

from workbench.operators.base import Basis, LinearOperator, SignalShape


class Identity(LinearOperator):
    """A x = x: denoising."""

    nonnegative = True
    scales = True

    def __init__(self, shape: SignalShape = (1, 64, 64)) -> None:
        super().__init__(shape, shape)
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x

    def adjoint(self, y: Tensor) -> Tensor:
        return y

    def closed_norm(self) -> float:
        return 1.0

    def spectrum(self) -> Tensor:
        return torch.ones(math.prod(self.shape), dtype=torch.float64)

    def gram_in(self, basis: Basis) -> Tensor:
        return torch.ones(self.shape, dtype=torch.float64)

    def gram_inverse(self, b: Tensor, c: float) -> Tensor:
        return b / (1 + c)

    def data_inverse(self, b: Tensor, c: float) -> Tensor:
        return b / (1 + c)

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        return y

    def adjoint_inverse(self, x: Tensor) -> Tensor:
        return x
