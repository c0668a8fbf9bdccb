"""Levels evenly spaced in the logarithm."""

from dataclasses import dataclass

from workbench.algorithms.diffusion.schedules.schedule import Least, Most, descent
from workbench.algorithms.diffusion.schedules.variance import VarianceExploding


@dataclass(frozen=True)
class Geometric(VarianceExploding):
    """VE, sigma_i = most (least / most)^(i / (N - 1)). Song & Ermon 2019, doi 10.48550/arXiv.1907.05600."""

    most: Most = 10.0
    least: Least = 0.005

    def ratios(self, levels: int) -> list[float]:
        return descent(levels, lambda t: self.most * (self.least / self.most) ** t)
