"""Noise schedules: the levels between a noisy and a clean signal."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, NamedTuple

from workbench.parameters import Checked, Range

Most = Annotated[float, Range(0.5, 100, log=True, limits=(1e-6, 1e6)), "noise at the start, of signals in [0, 1]"]
Least = Annotated[float, Range(1e-4, 0.1, log=True, limits=(1e-9, 1e3)), "noise at the last level but one"]


class Level(NamedTuple):
    """u = alpha x + sigma n, x a clean signal and n white noise."""

    alpha: float
    sigma: float

    @property
    def ratio(self) -> float:
        """sigma / alpha: the noise of u / alpha about x."""
        return self.sigma / self.alpha


class Schedule(ABC, metaclass=Checked):
    """Levels of noise; subclasses are frozen dataclasses. VE: alpha = 1. VP: alpha^2 + sigma^2 = 1."""

    @abstractmethod
    def ratios(self, levels: int) -> list[float]:
        """sigma / alpha of so many levels, falling, and 0 at the end: levels + 1 numbers."""

    @abstractmethod
    def level(self, ratio: float) -> Level:
        """The level of this sigma / alpha."""

    def below(self, ratio: float, levels: int) -> float:
        """The next lower of the ratios: a schedule changed in the middle of a run is joined where the noise is."""
        return next(r for r in self.ratios(levels) if r < ratio * (1 - 1e-9))


class VarianceExploding(Schedule):
    """alpha = 1."""

    def level(self, ratio: float) -> Level:
        return Level(1.0, ratio)


class VariancePreserving(Schedule):
    """alpha^2 + sigma^2 = 1."""

    def level(self, ratio: float) -> Level:
        alpha = 1 / math.sqrt(1 + ratio**2)
        return Level(alpha, alpha * ratio)


@dataclass(frozen=True)
class Geometric(VarianceExploding):
    """VE, sigma_i = most (least / most)^(i / (N - 1)). Song & Ermon 2019, arXiv 1907.05600."""

    most: Most = 10.0
    least: Least = 0.005

    def ratios(self, levels: int) -> list[float]:
        return _descent(levels, lambda t: self.most * (self.least / self.most) ** t)


@dataclass(frozen=True)
class Karras(VarianceExploding):
    """VE, sigma_i^(1/rho) equally spaced: for rho > 1 more levels where there is little noise.

    Karras et al. 2022, arXiv 2206.00364.
    """

    most: Most = 10.0
    least: Least = 0.005
    rho: Annotated[float, Range(1, 10, limits=(0.1, 100)), "how many levels have little noise"] = 7.0

    def ratios(self, levels: int) -> list[float]:
        high, low = (sigma ** (1 / self.rho) for sigma in (self.most, self.least))
        return _descent(levels, lambda t: (high + t * (low - high)) ** self.rho)


@dataclass(frozen=True)
class LinearVP(VariancePreserving):
    """VP, alpha^2 = exp(-integral of beta), beta linear in time. Ho et al. 2020, arXiv 2006.11239; Song et al. 2021."""

    slow: Annotated[float, Range(0.01, 1, log=True, limits=(1e-6, 100)), "rate beta at the clean end"] = 0.1
    fast: Annotated[float, Range(1, 40, log=True, limits=(0, 1000)), "rate beta at the noisy end"] = 20.0

    def ratios(self, levels: int) -> list[float]:
        return _descent(levels, lambda t: self._ratio(1 - t * (1 - 1e-3)))

    def _ratio(self, time: float) -> float:
        return math.sqrt(math.expm1(self.slow * time + (self.fast - self.slow) * time**2 / 2))


@dataclass(frozen=True)
class CosineVP(VariancePreserving):
    """VP, alpha = cos(pi t / 2), t from where the noise is `most`. Nichol & Dhariwal 2021, arXiv 2102.09672."""

    most: Most = 10.0
    least: Least = 0.005

    def ratios(self, levels: int) -> list[float]:
        start, end = math.atan(self.most), math.atan(self.least)
        return _descent(levels, lambda t: math.tan(start + t * (end - start)))


def _descent(levels: int, ratio: Callable[[float], float]) -> list[float]:
    """The ratio at equally spaced shares of the way, from 0 to 1, then 0."""
    return [ratio(i / max(levels - 1, 1)) for i in range(levels)] + [0.0]


__all__ = ["CosineVP", "Geometric", "Karras", "Level", "LinearVP", "Schedule"]
