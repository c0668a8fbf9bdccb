"""Sparsity in wavelets."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.norm_balls import zero_inside
from workbench.priors.sparsity.filter_bank import FilterBank
from workbench.priors.sparsity.l1 import L1
from workbench.tensors import Shape, norm

_FILTERS = 1e-10  # PyWavelets gives some filters to 12 digits: W is orthonormal up to that


class WaveletL1(Prior):
    """g(x) = weight sum |details of W x|, W orthonormal and periodic; the coarsest approximation is free.

    Each channel by itself, one or more space axes with sides that divide by 2^levels, moduli where x is complex.
    prox = W* soft-threshold W. Donoho, Johnstone 1994, 10.1093/biomet/81.3.425.
    """

    formula = r"g(x) = w \sum_i |(Wx)_i|, \quad i \text{ a detail}"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE

    def __init__(
        self,
        weight: Weight = 20.0,
        wavelet: Annotated[
            Literal["haar", "db2", "db4", "db8", "sym4", "sym8", "coif2"], "wavelet: longer ones are smoother"
        ] = "db4",
        levels: Annotated[int, Range(1, 6, limits=(1, 20)), "how many times every side is halved"] = 3,
    ) -> None:
        super().__init__()
        self.weight, self.wavelet, self.levels = weight, wavelet, levels
        self._bank, self._sparse = FilterBank(wavelet, levels), L1(weight)

    def forward(self, x: Tensor) -> Tensor:
        coefficients = self._bank.analyse(x)
        coefficients[self._bank.corner(x.shape)] = 0
        return self._sparse(coefficients)

    def prox(self, x: Tensor, step: float) -> Tensor:
        coefficients, free = self._bank.analyse(x), self._bank.corner(x.shape)
        shrunk = self._sparse.prox(coefficients, step)
        shrunk[free] = coefficients[free]
        return self._bank.synthesise(shrunk)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        # g* is 0 on a convex set and infinite outside, so its prox is the projection for every step.
        return z - self.prox(z, 1.0)

    def conjugate(self, z: Tensor) -> Tensor:
        coefficients, free = self._bank.analyse(z), self._bank.corner(z.shape)
        coarse = coefficients[free].abs().flatten(1).amax(1)
        coefficients[free] = 0
        slack = max(_FILTERS, 64 * torch.finfo(coarse.dtype).eps)
        return torch.where(coarse > slack * norm(z), torch.inf, zero_inside(coefficients.abs(), self.weight, slack))

    def dual_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        return self._sparse, _Details(self._bank, shape)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return self._bank.unfit(shape)


class _Details(LinearOperator):
    """W x with its coarsest coefficients replaced by 0; K K* keeps the details as they are."""

    def __init__(self, bank: FilterBank, shape: Shape) -> None:
        super().__init__(shape, shape)
        self._bank = bank

    def forward(self, x: Tensor) -> Tensor:
        coefficients = self._bank.analyse(x)
        coefficients[self._bank.corner(x.shape)] = 0
        return coefficients

    def adjoint(self, y: Tensor) -> Tensor:
        details = y.clone()
        details[self._bank.corner(y.shape)] = 0
        return self._bank.synthesise(details)

    def closed_norm(self) -> float:
        return 1.0

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        return self.adjoint(y)

    def adjoint_inverse(self, x: Tensor) -> Tensor:
        return self(x)
