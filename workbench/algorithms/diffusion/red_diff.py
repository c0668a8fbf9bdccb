"""The variational method: descent on a misfit and on what the denoiser objects to, at falling noise."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs
from workbench.algorithms.diffusion.base import DiffusionState
from workbench.algorithms.diffusion.schedules.karras import Karras
from workbench.algorithms.diffusion.schedules.schedule import Schedule
from workbench.algorithms.steps.lengths import inverse
from workbench.algorithms.steps.scales import bend_along
from workbench.linalg import ratio
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import abs2, norm2, normal_like, spread, times

_FIRST, _SECOND, _TINY = 0.9, 0.99, 1e-8  # Adam's averages
_STIFF = 2.0


@dataclass(frozen=True)
class REDDiffState(DiffusionState):
    """The iterate with Adam's averages of its gradients and of their squares."""

    first: Tensor = field(kw_only=True)
    second: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class REDDiff(Algorithm[REDDiffState]):
    """Adam on grad misfit(x) / L + weight (x - D(x + s n)), n new and s lower in every step: RED-diff.

    Fits a normal density of no width to the posterior: one likely signal, so that samples hardly differ. L is Lipschitz
    for the misfit's gradient, or twice its bend along that where it bends unevenly; the step falls to 0 with the last
    level.
    Mardani et al. 2023, doi 10.48550/arXiv.2305.04391.
    """

    formula = r"x \gets \operatorname{Adam}\left(\frac{\nabla f(x)}{L} + w\,(x - D(x + s n, s))\right)"

    schedule: Annotated[Schedule, "levels of noise"] = Karras()
    levels: Annotated[int, Range(5, 1000, log=True, limits=(1, 100_000)), "steps in all"] = 100
    weight: Annotated[float, Range(0.01, 10, log=True, limits=(0, 1e6)), "denoiser against misfit"] = 0.25
    rate: Annotated[float, Range(1e-3, 0.5, log=True, limits=(0, 10)), "Adam's first step, of signals in [0, 1]"] = 0.1

    needs = Needs(prior=Can.SCORE, noise=Likelihood.GRAD)
    random = draws_at_end = wanders = True
    exact = minimises = False

    def measure(self, problem: Problem) -> Constants:
        return Constants(problem.lipschitz()) if problem.bends_evenly else Constants()

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> REDDiffState:
        most = self.schedule.ratios(self.levels)[0]
        nothing = torch.zeros_like(x)
        return REDDiffState(x, 0, self.measure(problem), noisy=x, ratio=most, first=nothing, second=nothing.real)

    def step(self, problem: Problem, state: REDDiffState, rng: torch.Generator) -> REDDiffState:
        x = state.x
        noisy = x + state.ratio * normal_like(x, rng)
        objection = x - problem.prior.denoise(noisy, state.ratio)
        slope = self._pull(problem, state) + self.weight * objection
        first = _FIRST * state.first + (1 - _FIRST) * slope
        second = _SECOND * state.second + (1 - _SECOND) * abs2(slope)
        age = state.k + 1
        scale = (second / (1 - _SECOND**age)).sqrt() + _TINY
        rate = self.rate * max(0.0, 1 - state.k / self.levels)
        return replace(
            state,
            x=x - rate / (1 - _FIRST**age) * first / scale,
            k=age,
            noisy=noisy,
            ratio=self.schedule.below(state.ratio, self.levels),
            first=first,
            second=second,
        )

    def done(self, state: REDDiffState) -> bool:
        return state.ratio == 0

    def _pull(self, problem: Problem, state: REDDiffState) -> Tensor:
        """The gradient of the misfit in units of the signal."""
        slope = problem.misfit_grad(state.x)
        if state.measured.lipschitz is not None:
            return times(inverse(state.measured.lipschitz), slope)
        # A gradient mixes stiff directions with slack ones: twice its own bend stands for the stiff.
        bend = _STIFF * bend_along(problem, state.x, slope)
        return spread(ratio(norm2(slope), bend), slope) * slope
