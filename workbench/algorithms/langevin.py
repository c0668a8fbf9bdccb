"""Sampling from the posterior exp(-objective)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.gradient import inverse
from workbench.algorithms.lines import evaluate
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import norm2, normal_like, spread


@dataclass(frozen=True)
class UnadjustedLangevin(Algorithm):
    """x <- x - step grad objective(x) + sqrt(2 step) n, n standard normal: x ~ p(x | y) after many steps.

    Stable below 2/L. On a Gaussian posterior the mean is exact and the variance 1 / c of a direction of curvature
    c comes out as 1 / (c (1 - step c / 2)): at 0.1/L, taken when none is given, at most 5.3 % too large.
    Roberts & Tweedie 1996, doi 10.2307/3318418; Durmus & Moulines 2017, doi 10.1214/16-AAP1238.
    """

    step_size: Step = None

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ)
    random = True

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {"lipschitz": problem.lipschitz() + problem.prior.lipschitz()}

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        x, step = state.x, self.current_step(state)
        slope = problem.misfit_grad(x) + problem.prior.grad(x)
        return replace(state, x=x - step * slope + (2 * step) ** 0.5 * normal_like(x, rng), k=state.k + 1)

    def current_step(self, state: State) -> float:
        return 0.1 * inverse(state.measured["lipschitz"]) if self.step_size is None else self.step_size

    def largest_step(self, state: State) -> float | None:
        return 2 / lipschitz if (lipschitz := state.measured["lipschitz"]) else None


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

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {"lipschitz": problem.lipschitz() + problem.prior.lipschitz()}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Judged:
        _, value, slope = evaluate(problem, x)
        return Judged(x, 0, self.measure(problem), value=value, slope=slope, acceptance=torch.zeros_like(value))

    def step(self, problem: Problem, state: Judged, rng: torch.Generator) -> Judged:
        x, step = state.x, self.current_step(state)
        noise = normal_like(x, rng)
        new = evaluate(problem, x - step * state.slope + (2 * step) ** 0.5 * noise)
        # q is the normal law of a proposal of variance 2 step.
        back = norm2(x - new.x + step * new.slope) / (4 * step)
        taken = metropolis(state.value - new.value + norm2(noise) / 2 - back, rng)
        rate = state.counted(taken)
        pairs = ((new.x, x), (new.slope, state.slope))
        kept, slope = (torch.where(spread(taken, x), there, here) for there, here in pairs)
        value = torch.where(taken, new.value, state.value)
        return replace(state, x=kept, value=value, slope=slope, acceptance=rate, age=state.age + 1, k=state.k + 1)

    def adapt(self, problem: Problem, state: Judged) -> Judged:
        return replace(self.init(problem, state.x, torch.Generator()), k=state.k)

    def current_step(self, state: State) -> float:
        numbers = state.x[0].numel() * (2 if state.x.is_complex() else 1)
        return inverse(state.measured["lipschitz"]) / numbers**0.5 if self.step_size is None else self.step_size
