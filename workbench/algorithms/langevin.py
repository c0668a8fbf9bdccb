"""Sampling from the posterior exp(-objective)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step, lacks_bend, prior_bend
from workbench.algorithms.gradient import inverse, safe_step
from workbench.algorithms.lines import evaluate
from workbench.algorithms.parabola import below_parabola, misfit_at
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, column, each_of, least, norm2, normal_like, spread, times


@dataclass(frozen=True)
class UnadjustedLangevin(Algorithm):
    """x <- x - step grad objective(x) + sqrt(2 step) n, n standard normal: x ~ p(x | y) after many steps.

    Stable below 2/L. On a Gaussian posterior the mean is exact and the variance 1 / c of a direction of curvature
    c comes out as 1 / (c (1 - step c / 2)): at 0.1/L, taken when none is given, at most 5.3 % too large. Where A is
    nonlinear L is the bend at x, no less than that at the start.
    Roberts & Tweedie 1996, doi 10.2307/3318418; Durmus & Moulines 2017, doi 10.1214/16-AAP1238.
    """

    step_size: Step = None

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ)
    random = wanders = True

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_bend(problem, self.step_size)

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return bends_near(problem)

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        x, step = state.x, self._step(state)
        if self.step_size is None and not problem.operator.linear:
            step = 0.1 * inverse(bend_at(problem, x, state.measured))
        slope = problem.misfit_grad(x) + problem.prior.grad(x)
        noise = times((2 * step) ** 0.5, normal_like(x, rng))
        return replace(state, x=x - times(step, slope) + noise, k=state.k + 1)

    def current_step(self, state: State) -> float | None:
        return least(self._step(state))

    def largest_step(self, state: State) -> float | None:
        return safe_step(state, self.step_size) if state.measured["everywhere"] else None

    def _step(self, state: State) -> Each:
        return 0.1 * inverse(state.measured["lipschitz"]) if self.step_size is None else self.step_size


def bends_near(problem: Problem) -> Mapping[str, Each]:
    """Lipschitz constants of both gradients, "lipschitz", and of the prior's; "everywhere" is 1 where they hold at any
    x, and 0 where A is nonlinear, whose Jacobian is then taken at the start.
    """
    beside = prior_bend(problem) or 0.0
    everywhere = float(problem.operator.linear)
    return {"lipschitz": problem.lipschitz() + beside, "prior": beside, "everywhere": everywhere}


def bend_at(problem: Problem, x: Tensor, measured: Mapping[str, Each]) -> Each:
    """The bend of the objective at x along its gradient, no less than what was measured at the start."""
    start, of_prior = misfit_at(problem, x), problem.prior.grad(x)
    usual = 1 / column(measured["lipschitz"], x)
    _, reach = below_parabola(problem, start, usual, lambda r: x - times(each_of(r), start.slope + of_prior))
    return each_of(1 / reach) + measured["prior"]


@dataclass(frozen=True)
class Chain(State):
    """The sample, the negative log of what judges it, (B,), and what part of an item's proposals was accepted, (B,)."""

    value: Tensor = field(kw_only=True)
    acceptance: Tensor = field(kw_only=True)
    age: int = field(kw_only=True, default=0)

    def counted(self, taken: Tensor) -> Tensor:
        """The acceptance after one more proposal."""
        return (self.acceptance * self.age + taken) / (self.age + 1)


def metropolis(ratio: Tensor, rng: torch.Generator) -> Tensor:
    """Which proposals of log ratio p(x') q(x | x') / p(x) q(x' | x) are taken, (B,)."""
    return torch.rand(len(ratio), generator=rng, dtype=ratio.dtype, device=ratio.device).log() < ratio


@dataclass(frozen=True)
class Judged(Chain):
    """A chain by the objective, with its gradient."""

    slope: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class MALA(Algorithm):
    """x' = x - step grad objective(x) + sqrt(2 step) n, taken with the probability that makes p(x | y) stationary.

    Exact for every step, which sets only how often a proposal is taken: 57 % is best in many dimensions, and far
    more when the step is too small. 1 / (L sqrt(d)) for d numbers, when none is given, moves from any start.
    Roberts & Tweedie 1996, doi 10.2307/3318418; Christensen et al. 2005, doi 10.1111/j.1467-9868.2005.00500.x.
    """

    step_size: Step = None

    needs = Needs(prior=Can.GRAD | Can.VALUE, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ)
    random = True

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_bend(problem, self.step_size)

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return bends_near(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Judged:
        _, value, slope = evaluate(problem, x)
        return Judged(x, 0, self.measure(problem), value=value, slope=slope, acceptance=torch.zeros_like(value))

    def step(self, problem: Problem, state: Judged, rng: torch.Generator) -> Judged:
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

    def adapt(self, problem: Problem, state: Judged) -> Judged:
        return replace(self.init(problem, state.x, torch.Generator()), k=state.k)

    def current_step(self, state: State) -> float | None:
        return least(self._step(state))

    def _step(self, state: State) -> Each:
        numbers = state.x[0].numel() * (2 if state.x.is_complex() else 1)
        return inverse(state.measured["lipschitz"]) / numbers**0.5 if self.step_size is None else self.step_size
