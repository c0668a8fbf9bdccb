"""Stationary normal signals of a given spectrum."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.information.ensembles.ensemble import Drawn, Ensemble
from workbench.operators import Basis
from workbench.operators.cosine import cosine_sum
from workbench.parameters import Range
from workbench.tensors import Shape


@dataclass(frozen=True)
class GaussianRandomField(Ensemble):
    """Normal modes of variance c(f) = (1 + (f / corner)^2)^(-exponent / 2): beyond the corner a power law.

    f counts the periods across the signal, in two dimensions and more the length of the vector of them. The modes are
    those of the basis, orthonormal; pixels stand for modes of their number.
    """

    exponent: Annotated[float, Range(0, 6, limits=(0, 100)), "how fast the spectrum falls"] = 2.0
    corner: Annotated[float, Range(0.5, 32, log=True, limits=(1e-6, 1e6)), "frequency where it begins to fall"] = 4.0
    basis: Annotated[Basis, "modes: periodic signals have Fourier's, reflected ones cosines"] = "fourier"

    def spectrum(self, shape: Shape) -> Tensor:
        """The variance of each mode, in the order of the basis: (C, *space)."""
        squares = torch.zeros((), dtype=torch.float64)
        for n in shape[1:]:
            at = torch.arange(n, dtype=torch.float64)
            f = {"fourier": torch.minimum(at, n - at), "cosine": at / 2, "pixels": at}[self.basis]
            squares = squares[..., None] + f**2
        return (1 + squares / self.corner**2).pow(-self.exponent / 2).expand(tuple(shape)).clone()

    def draw(self, count: int, shape: Shape, rng: torch.Generator) -> Drawn:
        white = torch.randn(count, *shape, generator=rng, dtype=torch.float64)
        scale, axes = self.spectrum(shape).sqrt(), tuple(range(2, len(shape) + 1))
        if self.basis == "fourier":
            return Drawn(torch.fft.ifftn(scale * torch.fft.fftn(white, dim=axes), dim=axes).real)
        return Drawn(cosine_sum(scale * white, axes) if self.basis == "cosine" else scale * white)
