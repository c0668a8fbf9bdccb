"""The reverse diffusion, with correctors."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.diffusion.samplers.sampler import Estimate, Move, Sampler
from workbench.algorithms.diffusion.schedules.schedule import Level
from workbench.parameters import Range
from workbench.tensors import normal_like


@dataclass(frozen=True)
class ReverseSDE(Sampler):
    """Predictor: u' = (2 - a) u + b score + sqrt(b) n, a = alpha / alpha', b = sigma^2 - a^2 sigma'^2; then correctors.

    Each corrector is a step of Langevin's diffusion at the new level, of size 2 (snr sigma')^2; with none it is
    Euler-Maruyama's method. The last step ends at the estimate. Song et al. 2021, doi 10.48550/arXiv.2011.13456.
    """

    corrections: Annotated[int, Range(0, 5, limits=(0, 100)), "Langevin steps at each level"] = 1
    snr: Annotated[float, Range(0.01, 0.5, log=True, limits=(1e-6, 1)), "size of these steps"] = 0.15

    def move(self, z: Tensor, here: Level, there: Level, estimate: Estimate, rng: torch.Generator) -> Move:
        x = estimate(z, here.ratio)
        if there.sigma == 0:
            return Move(x, x)
        u, kept = here.alpha * z, here.alpha / there.alpha
        spread = here.sigma**2 - (kept * there.sigma) ** 2
        u = (2 - kept) * u + spread * _score(u, x, here) + spread**0.5 * normal_like(u, rng)
        for _ in range(self.corrections):
            x = estimate(u / there.alpha, there.ratio)
            step = 2 * (self.snr * there.sigma) ** 2
            u = u + step * _score(u, x, there) + (2 * step) ** 0.5 * normal_like(u, rng)
        return Move(u / there.alpha, x)


def _score(u: Tensor, x: Tensor, level: Level) -> Tensor:
    return (level.alpha * x - u) / level.sigma**2
