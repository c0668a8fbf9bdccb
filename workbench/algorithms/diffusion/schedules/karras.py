"""Levels that are dense where there is little noise."""

from dataclasses import dataclass
from typing import Annotated

from workbench.algorithms.diffusion.schedules.schedule import Least, Most, descent
from workbench.algorithms.diffusion.schedules.variance import VarianceExploding
from workbench.parameters import Range


@dataclass(frozen=True)
class Karras(VarianceExploding):
    """VE, sigma_i^(1/rho) equally spaced: for rho > 1 more levels where there is little noise.

    Karras et al. 2022, doi 10.48550/arXiv.2206.00364.
    """

    most: Most = 10.0
    least: Least = 0.005
    rho: Annotated[float, Range(1, 10, limits=(0.1, 100)), "how many levels have little noise"] = 7.0

    def ratios(self, levels: int) -> list[float]:
        high, low = (sigma ** (1 / self.rho) for sigma in (self.most, self.least))
        return descent(levels, lambda t: (high + t * (low - high)) ** self.rho)
