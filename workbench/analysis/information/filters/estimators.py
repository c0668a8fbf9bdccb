"""Linear estimators of one step: the posterior mean, ridge, and those of bounded bias in other norms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.information.channel import GaussianChannel
from workbench.analysis.information.filters.base import Filter, SpectralFilter
from workbench.parameters import Range


@dataclass(frozen=True)
class WienerFilter(Filter):
    """R = C A' (A C A' + sigma^2 I)^-1: the posterior mean, the least mean square error that there is."""

    def matrices(self, channel: GaussianChannel, steps: int) -> Iterator[Tensor]:
        yield channel.wiener()


@dataclass(frozen=True)
class TikhonovFilter(SpectralFilter):
    """1 - p = s^2 / (s^2 + weight)."""

    weight: Annotated[float, Range(1e-6, 10, log=True, limits=(0, 1e12)), "weight lambda of |x|^2"] = 0.01

    def shares(self, channel: GaussianChannel) -> Iterator[Tensor]:
        squares = channel.gains.square()
        yield torch.where(squares > 0, squares / (squares + self.weight), 0)


@dataclass(frozen=True)
class TruncatedSVD(SpectralFilter):
    """1 - p = 1 for the largest singular values, so many of them, and 0 for the others."""

    rank: Annotated[int, Range(1, 256, log=True, limits=(0, 10**9)), "singular values kept"] = 8

    def shares(self, channel: GaussianChannel) -> Iterator[Tensor]:
        kept = torch.zeros_like(channel.gains).flatten()
        kept[channel.gains.flatten().argsort(descending=True, stable=True)[: self.rank]] = 1
        yield kept.reshape(channel.gains.shape)


@dataclass(frozen=True)
class NuclearBiasFilter(SpectralFilter):
    """1 - p = min(1, s^2 / weight): the R of least weight |R|^2 / 2 + |R A - 1|_*, |.|_* the sum of singular values.

    Of all linear estimators with so small a bias in that norm the one that amplifies noise least, as ridge is in the
    Frobenius norm: strong modes pass untouched. Segert 2023, doi 10.48550/arXiv.2311.11093.
    """

    weight: Annotated[float, Range(1e-6, 10, log=True, limits=(0, 1e12)), "s^2 below which modes are damped"] = 0.01

    def shares(self, channel: GaussianChannel) -> Iterator[Tensor]:
        squares = channel.gains.square()
        yield torch.where(squares < self.weight, squares / self.weight, (squares > 0).to(squares))


@dataclass(frozen=True)
class SpectralBiasFilter(SpectralFilter):
    """1 - p = 1 - bias: the least R with |R A - P| <= bias, |.| the largest singular value, P onto what A sees.

    Of all linear estimators that lose no more than this share of any picture the one that amplifies noise least: least
    squares, made smaller. Segert 2023, doi 10.48550/arXiv.2311.11093.
    """

    bias: Annotated[float, Range(0, 0.95, limits=(0, 1)), "share of every mode that may be lost"] = 0.1

    def shares(self, channel: GaussianChannel) -> Iterator[Tensor]:
        yield (1 - self.bias) * (channel.gains > 0).to(channel.gains)
