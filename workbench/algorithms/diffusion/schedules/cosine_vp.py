"""Levels on a quarter of a circle."""

import math
from dataclasses import dataclass

from workbench.algorithms.diffusion.schedules.schedule import Least, Most, descent
from workbench.algorithms.diffusion.schedules.variance import VariancePreserving


@dataclass(frozen=True)
class CosineVP(VariancePreserving):
    """VP, alpha = cos(pi t / 2), from the noise `most` on. Nichol & Dhariwal 2021, doi 10.48550/arXiv.2102.09672."""

    most: Most = 10.0
    least: Least = 0.005

    def ratios(self, levels: int) -> list[float]:
        start, end = math.atan(self.most), math.atan(self.least)
        return descent(levels, lambda t: math.tan(start + t * (end - start)))
