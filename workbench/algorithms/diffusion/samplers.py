"""Samplers: from one level of noise to the next, by an estimate of the clean signal."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from workbench.algorithms.diffusion.schedules import Level
from workbench.parameters import Checked, Range
from workbench.tensors import normal_like

Estimate = Callable[[Tensor, float], Tensor]  # (z, ratio) -> the mean of x, z = x + ratio n


class Move(NamedTuple):
    """A noisy signal z = x + ratio n, and the last estimate of x that it was made with."""

    noisy: Tensor
    clean: Tensor


class Sampler(ABC, metaclass=Checked):
    """Subclasses are frozen dataclasses."""

    @abstractmethod
    def move(self, z: Tensor, here: Level, there: Level, estimate: Estimate, rng: torch.Generator) -> Move:
        """z = u / alpha, u a signal at the level `here`, carried over to the lower level `there`."""


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


def _score(u: Tensor, x: Tensor, level: Level) -> Tensor:
    return (level.alpha * x - u) / level.sigma**2


__all__ = ["DDIM", "Estimate", "Move", "ProbabilityFlow", "Renoising", "ReverseSDE", "Sampler"]
