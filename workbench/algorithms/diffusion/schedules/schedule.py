"""The levels between a noisy and a clean signal."""

from abc import ABC, abstractmethod
from collections.abc import Callable
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


def descent(levels: int, ratio: Callable[[float], float]) -> list[float]:
    """The ratio at equally spaced shares of the way, from 0 to 1, then 0."""
    return [ratio(i / max(levels - 1, 1)) for i in range(levels)] + [0.0]
