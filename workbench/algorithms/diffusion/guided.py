"""Diffusion with an estimate of the clean signal: what methods that know the data share."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Constants
from workbench.algorithms.diffusion.base import Diffusion, DiffusionState
from workbench.algorithms.diffusion.samplers.ddim import DDIM
from workbench.algorithms.diffusion.samplers.sampler import Move, Sampler
from workbench.algorithms.diffusion.schedules.schedule import Level
from workbench.parameters import Range
from workbench.problem import Problem

Spread = Annotated[
    float, Range(0.05, 2, log=True, limits=(1e-6, 1e6)), "standard deviation of signals, as the method supposes"
]


@dataclass(frozen=True)
class Guided(Diffusion):
    """A method is how it estimates the clean signal from a noisy one and the data; samplers do the rest."""

    sampler: Annotated[Sampler, "from one level to the next"] = DDIM()

    @abstractmethod
    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Constants) -> Tensor:
        """E[x | z, y] as far as the method knows it, z = x + ratio n."""

    def advance(
        self, problem: Problem, state: DiffusionState, levels: tuple[Level, Level], rng: torch.Generator
    ) -> Move:
        def estimate(z: Tensor, ratio: float) -> Tensor:
            return self.estimate(problem, z, ratio, state.measured)

        return self.sampler.move(state.noisy, *levels, estimate, rng)


def deviation(problem: Problem) -> float:
    """The standard deviation of white Gaussian noise."""
    return problem.noise.lipschitz(problem.y) ** -0.5


def left(ratio: float, spread: float) -> float:
    """The variance of a white signal of this spread that is left when z = x + ratio n is known."""
    return (ratio * spread) ** 2 / (ratio**2 + spread**2)
