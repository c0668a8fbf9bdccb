"""Uniform pairs, whose information is known in closed form."""

import math
from dataclasses import dataclass
from typing import Annotated

import torch

from workbench.analysis.information.tasks.task import Pair, Task
from workbench.parameters import Range


@dataclass(frozen=True)
class AdditiveUniform(Task):
    """v = u + noise, u uniform on (0, 1), the noise on (-reach, reach)."""

    reach: Annotated[float, Range(0.01, 2, log=True, limits=(1e-9, 1e9)), "largest noise"] = 0.75

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        u, noise = torch.rand(2, n, 1, generator=rng, dtype=torch.float64)
        return u, u + self.reach * (2 * noise - 1)

    def truth(self) -> float:
        return 1 / (4 * self.reach) if self.reach > 0.5 else self.reach - math.log(2 * self.reach)


@dataclass(frozen=True)
class UniformMixture(Task):
    """A symbol u out of 0 .. m - 1, and v uniform on (u, u + 2).

    Gao, Kannan, Oh & Viswanath 2017, arXiv:1709.06212.
    """

    symbols: Annotated[int, Range(2, 20, limits=(2, 10_000)), "number of symbols m"] = 5

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        u = torch.randint(self.symbols, (n, 1), generator=rng)
        return u, u + 2 * torch.rand(n, 1, generator=rng, dtype=torch.float64)

    def truth(self) -> float:
        return math.log(self.symbols) - (self.symbols - 1) * math.log(2) / self.symbols
