"""Normal pairs, whose information is known in closed form."""

import math
from dataclasses import dataclass
from typing import Annotated

import torch

from workbench.analysis.information.tasks.task import Dimensions, Pair, Task
from workbench.parameters import Range


@dataclass(frozen=True)
class BivariateNormal(Task):
    """Pairs of normal numbers, each of correlation rho, one a dimension: I = -d ln(1 - rho^2) / 2."""

    rho: Annotated[float, Range(-0.99, 0.99, limits=(-0.999999, 0.999999)), "correlation of each pair"] = 0.75
    dimensions: Dimensions = 1

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        u, noise = torch.randn(2, n, self.dimensions, generator=rng, dtype=torch.float64)
        return u, self.rho * u + math.sqrt(1 - self.rho**2) * noise

    def truth(self) -> float:
        return -self.dimensions * math.log(1 - self.rho**2) / 2


@dataclass(frozen=True)
class DenseNormal(Task):
    """2 d normal numbers, every two of correlation rho, d on each side.

    Czyz et al. 2023, arXiv:2306.11078.
    """

    dimensions: Dimensions = 2
    rho: Annotated[float, Range(0, 0.99, limits=(0, 0.999999)), "correlation of any two"] = 0.5

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        shared = torch.randn(n, 1, generator=rng, dtype=torch.float64)
        own = torch.randn(n, 2 * self.dimensions, generator=rng, dtype=torch.float64)
        u, v = (math.sqrt(self.rho) * shared + math.sqrt(1 - self.rho) * own).split(self.dimensions, 1)
        return u, v

    def truth(self) -> float:
        def log_det(d: int) -> float:
            return (d - 1) * math.log(1 - self.rho) + math.log(1 + (d - 1) * self.rho)

        return log_det(self.dimensions) - log_det(2 * self.dimensions) / 2
