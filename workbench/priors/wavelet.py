"""Sparsity in wavelets."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Can, Prior, Weight
from workbench.priors.filter_bank import FilterBank
from workbench.priors.sparsity import L1
from workbench.tensors import Shape


class WaveletL1(Prior):
    """g(x) = weight sum |details of W x|, W orthonormal and periodic; the coarsest approximation is free.

    Each channel by itself, one or more space axes with sides that divide by 2^levels, moduli where x is complex.
    prox = W* soft-threshold W. Donoho, Johnstone 1994, 10.1093/biomet/81.3.425.
    """

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.CONVEX

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

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return self._bank.unfit(shape)
