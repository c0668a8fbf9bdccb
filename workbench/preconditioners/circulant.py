"""A preconditioner that is diagonal in Fourier modes."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.preconditioners.modes import ModePreconditioner


@dataclass(frozen=True)
class Circulant(ModePreconditioner):
    """P = F* diag(1 / h) F, F the Fourier transform over space: the circulant nearest to H, inverted.

    H^-1 itself for periodic convolutions with quadratic priors. T. Chan 1988, doi 10.1137/0909051.
    """

    def _there(self, x: Tensor) -> Tensor:
        return torch.fft.fftn(x, dim=tuple(range(2, x.ndim)), norm="ortho")

    def _back(self, x: Tensor, like: Tensor) -> Tensor:
        y = torch.fft.ifftn(x, dim=tuple(range(2, x.ndim)), norm="ortho")
        return y if like.is_complex() else y.real
