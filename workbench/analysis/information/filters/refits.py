"""Fits that are fitted again: to what an earlier fit made, or to data that are partly missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.channel import GaussianChannel
from workbench.analysis.information.filters.base import Filter, SpectralFilter
from workbench.parameters import Range


@dataclass(frozen=True)
class SelfDistillation(SpectralFilter):
    """phi_0 = r, phi_g+1 = r (measured + (1 - measured) phi_g), r = s^2 / (s^2 + weight): ridge, fitted to its own fit.

    The data of the next generation are those that the last picture explains, A x_g, mixed with the measured ones. Of
    its own fit alone phi_g = r^(g + 1): weak modes go first. With a share of measured data it ends at ridge of weight /
    measured. Mobahi, Farajtabar, Bartlett 2020, doi 10.48550/arXiv.2002.05715.
    """

    weight: Annotated[float, Range(1e-6, 10, log=True, limits=(0, 1e12)), "weight lambda of |x|^2"] = 0.01
    measured: Annotated[float, Range(0, 1), "share of the measured data in those of the next fit"] = 0.0

    caveat: ClassVar[str] = "k counts generations: at 0 stands the fit to the measured data."

    def shares(self, channel: GaussianChannel) -> Iterator[Tensor]:
        squares = channel.gains.square()
        ridge = found = torch.where(squares > 0, squares / (squares + self.weight), 0)
        while True:
            yield found
            found = ridge * (self.measured + (1 - self.measured) * found)


@dataclass(frozen=True)
class OwnReconstructions(Filter):
    """R_g = C_g A' (A C_g A' + sigma^2)^-1, C_g+1 = R_g D_g R_g': trained on what its predecessor reconstructed.

    D_g is the covariance of the data whose reconstructions the next generation learns from: a share `measured` of real
    ones, A C A' + sigma^2, and for the rest such as are simulated from the last pictures, A C_g A' + sigma^2. Without
    real ones every mode collapses, c_g+1 = phi_g c_g; with nothing else a mode survives where its signal is three times
    its noise, s^2 c >= 3 sigma^2. Shumailov et al. 2024, doi 10.1038/s41586-024-07566-y.
    """

    measured: Annotated[float, Range(0, 1), "share of real data among those that the next generation sees"] = 0.0

    caveat: ClassVar[str] = "k counts generations: at 0 stands the one that learned from true pictures."

    def matrices(self, channel: GaussianChannel, steps: int) -> Iterator[Tensor]:
        yield from islice(self._generations(channel), steps + 1)

    def _generations(self, channel: GaussianChannel) -> Iterator[Tensor]:
        learned, real = channel.covariance, channel.data()
        while True:
            made = channel.wiener(learned)
            yield made
            seen = self.measured * real + (1 - self.measured) * channel.data(learned)
            learned = made @ seen @ made.mT


@dataclass(frozen=True)
class ZeroFilling(Filter):
    """R = C A' (A C A' + sigma^2 + (1 - kept) / kept v)^-1: least squares on data of which some are missing and 0.

    Each datum of the training pairs is kept with a chance and then divided by it, else it is 0; v is the variance of
    the data. What is learned is what ridge of that weight learns from whole ones. For data with the same variance
    everywhere, as of stationary signals, and as many as unknowns. Ayme et al. 2023, doi 10.48550/arXiv.2301.13585.
    """

    kept: Annotated[float, Range(0.05, 1, limits=(1e-6, 1)), "chance that a datum is there"] = 0.7

    caveat: ClassVar[str] = "Zero-filling is ridge for data that have the same variance everywhere."

    def matrices(self, channel: GaussianChannel, steps: int) -> Iterator[Tensor]:
        variance = float(channel.data().diagonal(dim1=1, dim2=2).mean())
        yield channel.wiener(more=(1 - self.kept) / self.kept * variance)
