"""A share of the noise is new, however near the levels are."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.diffusion.samplers.sampler import Estimate, Move, Sampler
from workbench.algorithms.diffusion.schedules.schedule import Level
from workbench.parameters import Range
from workbench.tensors import normal_like


@dataclass(frozen=True)
class Renoising(Sampler):
    """z' = x + s' (sqrt(1 - eta^2) (z - x) / s + eta n): a share of the noise is new, however near the levels are.

    DDIM's share falls with the distance of the levels, which keeps the variance. With this one, (1 + sqrt(1 - eta^2))
    / 2 of it is left after many levels: nearer to the mean than a sample is. The sampler of methods that restore:
    Kawar et al. 2022, doi 10.48550/arXiv.2201.11793; Chung et al. 2024, doi 10.48550/arXiv.2303.05754.
    """

    eta: Annotated[float, Range(0, 1, limits=(0, 1)), "share of the noise that is new"] = 0.85

    def move(self, z: Tensor, here: Level, there: Level, estimate: Estimate, rng: torch.Generator) -> Move:
        x = estimate(z, here.ratio)
        kept = (1 - self.eta**2) ** 0.5 * there.ratio / here.ratio
        return Move(x + kept * (z - x) + self.eta * there.ratio * normal_like(z, rng), x)
