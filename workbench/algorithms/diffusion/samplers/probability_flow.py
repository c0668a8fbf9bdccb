"""The probability flow, by Heun's method."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.algorithms.diffusion.samplers.sampler import Estimate, Move, Sampler
from workbench.algorithms.diffusion.schedules.schedule import Level


@dataclass(frozen=True)
class ProbabilityFlow(Sampler):
    """dz / ds = (z - x) / s by Heun's method, s = sigma / alpha: no noise but the first, two estimates a step.

    Song et al. 2021, doi 10.48550/arXiv.2011.13456; Karras et al. 2022, doi 10.48550/arXiv.2206.00364.
    """

    def move(self, z: Tensor, here: Level, there: Level, estimate: Estimate, rng: torch.Generator) -> Move:
        x, old, new = estimate(z, here.ratio), here.ratio, there.ratio
        if new == 0:
            return Move(x, x)
        slope = (z - x) / old
        ahead = z + (new - old) * slope
        x = estimate(ahead, new)
        return Move(z + (new - old) * (slope + (ahead - x) / new) / 2, x)
