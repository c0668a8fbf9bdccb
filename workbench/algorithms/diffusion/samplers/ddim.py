"""From level to level with a share of noise that is new."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.diffusion.samplers.sampler import Estimate, Move, Sampler
from workbench.algorithms.diffusion.schedules.schedule import Level
from workbench.parameters import Range
from workbench.tensors import normal_like


@dataclass(frozen=True)
class DDIM(Sampler):
    """z' = x + sqrt(s'^2 - t^2) (z - x) / s + t n, t = eta s' sqrt(1 - s'^2 / s^2), s = sigma / alpha.

    eta 0: no noise, Euler's method for the probability flow. eta 1: ancestral sampling.
    Song et al. 2021, doi 10.48550/arXiv.2010.02502; Ho et al. 2020, doi 10.48550/arXiv.2006.11239.
    """

    eta: Annotated[float, Range(0, 1, limits=(0, 1)), "share of the noise that is new"] = 1.0

    def move(self, z: Tensor, here: Level, there: Level, estimate: Estimate, rng: torch.Generator) -> Move:
        x, old, new = estimate(z, here.ratio), here.ratio, there.ratio
        fresh = self.eta * new * (1 - (new / old) ** 2) ** 0.5
        kept = (new**2 - fresh**2) ** 0.5 / old
        return Move(x + kept * (z - x) + fresh * normal_like(z, rng), x)
