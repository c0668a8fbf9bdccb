"""Diffusion as an algorithm: from noise, level by level, to a sample."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.diffusion.samplers import DDIM, Move, Sampler
from workbench.algorithms.diffusion.schedules import Karras, Level, Schedule
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, normal_like

Spread = Annotated[
    float, Range(0.05, 2, log=True, limits=(1e-6, 1e6)), "standard deviation of signals, as the method supposes"
]


@dataclass(frozen=True)
class Noisy(State):
    """x, the estimate of the clean signal that the last step was made with, at the end the sample.

    `noisy` is z = x + ratio n, divided by alpha where the schedule preserves variance.
    """

    noisy: Tensor = field(kw_only=True)
    ratio: float = field(kw_only=True)


@dataclass(frozen=True)
class Diffusion(Algorithm):
    """What all have in common: schedule, levels and the start, which is noise about the mean of the prior."""

    schedule: Annotated[Schedule, "levels of noise"] = Karras()
    levels: Annotated[int, Range(5, 1000, log=True, limits=(1, 100_000)), "steps from noise to sample"] = 100

    needs = Needs(prior=Can.SCORE)
    random = draws_at_end = wanders = True
    exact = minimises = False

    @abstractmethod
    def advance(self, problem: Problem, state: Noisy, levels: tuple[Level, Level], rng: torch.Generator) -> Move:
        """The noisy signal of the state carried over from the first level to the second."""

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Noisy:
        most = self.schedule.ratios(self.levels)[0]
        # From so much noise a denoiser makes the mean of the prior.
        noisy = problem.prior.denoise(torch.zeros_like(x), most) + most * normal_like(x, rng)
        return Noisy(x, 0, self.measure(problem), noisy=noisy, ratio=most)

    def step(self, problem: Problem, state: Noisy, rng: torch.Generator) -> Noisy:
        below = self.schedule.below(state.ratio, self.levels)
        here, there = self.schedule.level(state.ratio), self.schedule.level(below)
        move = self.advance(problem, state, (here, there), rng)
        return replace(
            state,
            x=move.clean if below else move.noisy,
            k=state.k + 1,
            noisy=move.noisy,
            ratio=below,
        )

    def done(self, state: Noisy) -> bool:
        return state.ratio == 0


@dataclass(frozen=True)
class Guided(Diffusion):
    """A method is how it estimates the clean signal from a noisy one and the data; samplers do the rest."""

    sampler: Annotated[Sampler, "from one level to the next"] = DDIM()

    @abstractmethod
    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Mapping[str, Each]) -> Tensor:
        """E[x | z, y] as far as the method knows it, z = x + ratio n."""

    def advance(self, problem: Problem, state: Noisy, levels: tuple[Level, Level], rng: torch.Generator) -> Move:
        def estimate(z: Tensor, ratio: float) -> Tensor:
            return self.estimate(problem, z, ratio, state.measured)

        return self.sampler.move(state.noisy, *levels, estimate, rng)


@dataclass(frozen=True)
class UnconditionalDiffusion(Guided):
    """Samples of the prior, whatever the data: x = E[x | z] by the denoiser alone.

    In the limit of many levels and of much noise at the start they are exact, where the denoiser is.
    Song et al. 2021, doi 10.48550/arXiv.2011.13456.
    """

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Mapping[str, Each]) -> Tensor:
        return problem.prior.denoise(z, ratio)


def deviation(problem: Problem) -> float:
    """The standard deviation of white Gaussian noise."""
    return problem.noise.lipschitz(problem.y) ** -0.5


def left(ratio: float, spread: float) -> float:
    """The variance of a white signal of this spread that is left when z = x + ratio n is known."""
    return (ratio * spread) ** 2 / (ratio**2 + spread**2)
