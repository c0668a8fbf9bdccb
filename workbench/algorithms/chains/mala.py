"""Langevin's diffusion in steps that are judged, so that they make no error."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, Step, lacks_bend
from workbench.algorithms.chains.chain import ChainState, metropolis
from workbench.algorithms.chains.unadjusted_langevin import LangevinConstants, bends_near
from workbench.algorithms.steps.lengths import inverse
from workbench.algorithms.steps.line_search import evaluate
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, column, least, norm2, normal_like, spread, times


@dataclass(frozen=True)
class MALAState(ChainState):
    """A chain by the objective, with its gradient."""

    measured: LangevinConstants = field(kw_only=True)
    slope: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class MALA(Algorithm[MALAState]):
    """x' = x - step grad objective(x) + sqrt(2 step) n, taken with the probability that makes p(x | y) stationary.

    Exact for every step, which sets only how often a proposal is taken: 57 % is best in many dimensions, and far
    more when the step is too small. 1 / (L sqrt(d)) for d numbers, when none is given, moves from any start.
    Roberts & Tweedie 1996, doi 10.2307/3318418; Christensen et al. 2005, doi 10.1111/j.1467-9868.2005.00500.x.
    """

    formula = (
        r"x' = x - \tau \nabla F(x) + \sqrt{2\tau}\, n, \quad \text{taken with } \min\left(1, \frac{p(x')\, "
        r"q(x \mid x')}{p(x)\, q(x' \mid x)}\right)"
    )

    step_size: Step = None

    restarts = True
    needs = Needs(prior=Can.GRAD | Can.VALUE, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ)
    random = True

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_bend(problem, self.step_size)

    def measure(self, problem: Problem) -> LangevinConstants:
        return bends_near(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> MALAState:
        _, value, slope = evaluate(problem, x)
        measured, none = self.measure(problem), torch.zeros_like(value)
        return MALAState(x, measured=measured, value=value, slope=slope, acceptance=none)

    def step(self, problem: Problem, state: MALAState, rng: torch.Generator) -> MALAState:
        x, step = state.x, self._step(state)
        noise = normal_like(x, rng)
        new = evaluate(problem, x - times(step, state.slope) + times((2 * step) ** 0.5, noise))
        # q is the normal law of a proposal of variance 2 step.
        back = norm2(x - new.x + times(step, new.slope)) / (4 * column(step, x))
        taken = metropolis(state.value - new.value + norm2(noise) / 2 - back, rng)
        rate = state.counted(taken)
        pairs = ((new.x, x), (new.slope, state.slope))
        kept, slope = (torch.where(spread(taken, x), there, here) for there, here in pairs)
        value = torch.where(taken, new.value, state.value)
        return replace(state, x=kept, value=value, slope=slope, acceptance=rate, age=state.age + 1, k=state.k + 1)

    def current_step(self, state: MALAState) -> float | None:
        return least(self._step(state))

    def _step(self, state: MALAState) -> Each:
        numbers = state.x[0].numel() * (2 if state.x.is_complex() else 1)
        return inverse(state.measured.lipschitz) / numbers**0.5 if self.step_size is None else self.step_size
