"""What noise does to the variance of a signal."""

import math

from workbench.algorithms.diffusion.schedules.schedule import Level, Schedule


class VarianceExploding(Schedule):
    """alpha = 1."""

    def level(self, ratio: float) -> Level:
        return Level(1.0, ratio)


class VariancePreserving(Schedule):
    """alpha^2 + sigma^2 = 1."""

    def level(self, ratio: float) -> Level:
        alpha = 1 / math.sqrt(1 + ratio**2)
        return Level(alpha, alpha * ratio)
