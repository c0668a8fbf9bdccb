"""Diffusion as an algorithm: from noise, level by level, to a sample."""

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.diffusion.samplers.sampler import Move
from workbench.algorithms.diffusion.schedules.karras import Karras
from workbench.algorithms.diffusion.schedules.schedule import Level, Schedule
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import normal_like


@dataclass(frozen=True)
class DiffusionState(State):
    """x, the estimate of the clean signal that the last step was made with, at the end the sample.

    `noisy` is z = x + ratio n, divided by alpha where the schedule preserves variance.
    """

    noisy: Tensor = field(kw_only=True)
    ratio: float = field(kw_only=True)


@dataclass(frozen=True)
class Diffusion(Algorithm[DiffusionState]):
    """What all have in common: schedule, levels and the start, which is noise about the mean of the prior."""

    schedule: Annotated[Schedule, "levels of noise"] = Karras()
    levels: Annotated[int, Range(5, 1000, log=True, limits=(1, 100_000)), "steps from noise to sample"] = 100

    needs = Needs(prior=Can.SCORE)
    random = draws_at_end = wanders = True
    exact = minimises = False

    @abstractmethod
    def advance(
        self, problem: Problem, state: DiffusionState, levels: tuple[Level, Level], rng: torch.Generator
    ) -> Move:
        """The noisy signal of the state carried over from the first level to the second."""

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> DiffusionState:
        most = self.schedule.ratios(self.levels)[0]
        # From so much noise a denoiser makes the mean of the prior.
        noisy = problem.prior.denoise(torch.zeros_like(x), most) + most * normal_like(x, rng)
        return DiffusionState(x, 0, self.measure(problem), noisy=noisy, ratio=most)

    def step(self, problem: Problem, state: DiffusionState, rng: torch.Generator) -> DiffusionState:
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

    def done(self, state: DiffusionState) -> bool:
        return state.ratio == 0
