"""Pairs with heavy tails, whose information is known in closed form."""

import math
from dataclasses import dataclass
from typing import Annotated

import torch

from workbench.analysis.information.tasks.task import Dimensions, Pair, Task
from workbench.parameters import Range


@dataclass(frozen=True)
class Student(Task):
    """Uncorrelated and yet dependent: a multivariate Student distribution with the identity as its dispersion.

    Arellano-Valle, Contreras-Reyes & Genton 2013, doi 10.1111/j.1467-9469.2011.00774.x.
    """

    dimensions: Dimensions = 1
    freedom: Annotated[int, Range(1, 20, limits=(1, 10_000)), "degrees of freedom; few: long tails"] = 1

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        normal = torch.randn(n, 2 * self.dimensions, generator=rng, dtype=torch.float64)
        chi2 = torch.randn(n, self.freedom, generator=rng, dtype=torch.float64).square().sum(1, keepdim=True)
        u, v = (normal / (chi2 / self.freedom).sqrt()).split(self.dimensions, 1)
        return u, v

    def truth(self) -> float:
        def entropy(d: int) -> float:  # less d/2 ln(nu pi), which cancels
            half, both = self.freedom / 2, (self.freedom + d) / 2
            psi = torch.digamma(torch.tensor([both, half], dtype=torch.float64))
            return math.lgamma(half) - math.lgamma(both) + both * float(psi[0] - psi[1])

        return 2 * entropy(self.dimensions) - entropy(2 * self.dimensions)
