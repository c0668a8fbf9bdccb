"""The levels of the first diffusion networks."""

import math
from dataclasses import dataclass
from typing import Annotated

from workbench.algorithms.diffusion.schedules.schedule import descent
from workbench.algorithms.diffusion.schedules.variance import VariancePreserving
from workbench.parameters import Range


@dataclass(frozen=True)
class LinearVP(VariancePreserving):
    """VP, alpha^2 = exp(-integral of beta), beta linear in time. Ho et al. 2020, doi 10.48550/arXiv.2006.11239."""

    slow: Annotated[float, Range(0.01, 1, log=True, limits=(1e-6, 100)), "rate beta at the clean end"] = 0.1
    fast: Annotated[float, Range(1, 40, log=True, limits=(0, 1000)), "rate beta at the noisy end"] = 20.0

    def ratios(self, levels: int) -> list[float]:
        return descent(levels, lambda t: self._ratio(1 - t * (1 - 1e-3)))

    def _ratio(self, time: float) -> float:
        return math.sqrt(math.expm1(self.slow * time + (self.fast - self.slow) * time**2 / 2))
