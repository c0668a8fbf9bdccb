"""The lengths of the first steps of a method, learned by the objective itself: no truth and no minimum is asked for."""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import torch
from torch import Tensor

from workbench.algorithms import StepLISTA
from workbench.algorithms.steps.parabola import ParabolaState
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate, resume

_RATE = 0.05  # of Adam, whose steps are so long in each logarithm at the start
_SPREAD = 0.5  # of the logarithms at the start
_APART = 1e-4  # of a logarithm: half the distance of two lengths that tell a slope


class LearnedLengths(NamedTuple):
    """The method, and the mean objective after its steps: with 1 for each length, and as learned."""

    algorithm: StepLISTA
    before: float
    after: float

    @property
    def sentence(self) -> str:
        """What was reached, and what steps of 1 / L reach."""
        count = len(self.algorithm.lengths)
        return f"mean objective {self.after:.6g} after {count} steps, {self.before:.6g} with each of length 1 / L"


def learned_lengths(
    problem: Problem, count: int = 10, rounds: int = 100, watch: Callable[[int, float], object] | None = None
) -> LearnedLengths:
    """min over l of the mean objective of x_count, over the batch of data: unrolling without supervision.

    Slopes are by central differences, since not every prox has a derivative; Adam goes down, for so many rounds or
    until `watch(round, objective)` is true. Lengths learned on data of one kind serve others of that kind: operator,
    noise and weight stay. Data of a few hundred signals keep lengths from what suits these alone. Refuses what
    ProximalGradient cannot run on. Ablin, Moreau, Massias & Gramfort 2019, doi 10.48550/arXiv.1905.11071.
    """
    if count < 1 or rounds < 1:
        raise Refusal("numbers of steps and rounds from 1", f"{count} and {rounds}", "take 10 and 100")
    if sentence := StepLISTA().unmet(problem):
        raise Refusal("a problem for proximal gradient descent", "another one", sentence)
    exact = torch.promote_types(problem.y.dtype, torch.float64)
    problem = replace(problem, y=problem.y.to(exact), truth=None)
    theta, start = torch.zeros(count, dtype=torch.float64), next(iterate(problem, StepLISTA()))
    before = _mean_objective(problem, _along(problem, theta, start)[-1])
    theta += torch.linspace(0, _SPREAD, count)  # where the order does not matter, equal lengths would stay equal
    best = torch.zeros_like(theta)
    descent, after = torch.optim.Adam([theta], lr=_RATE), before
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(descent, rounds)
    for k in range(rounds):
        now, slope = _value_and_slope(problem, theta, start)
        if now < after:
            after, best = now, theta.clone()
        if not bool(slope.isfinite().all()) or (watch is not None and watch(k, now)):
            break
        theta.grad = slope
        descent.step()
        falling.step()
    return LearnedLengths(_method(best), before, after)


def _method(theta: Tensor) -> StepLISTA:
    return StepLISTA(tuple(theta.exp().tolist()))


def _along(problem: Problem, theta: Tensor, state: ParabolaState) -> list[ParabolaState]:
    """The state and all that follow, up to the last that has a length of its own."""
    states = resume(problem, _method(theta), state)
    return [state, *islice(states, len(theta) - state.k)]


def _mean_objective(problem: Problem, state: ParabolaState) -> float:
    with torch.no_grad():
        return float(problem.objective(state.x).double().mean())


def _value_and_slope(problem: Problem, theta: Tensor, start: ParabolaState) -> tuple[float, Tensor]:
    """The mean objective after the steps, and its slope in each logarithm: what comes before a length is gone once."""
    states, slope = _along(problem, theta.detach(), start), torch.zeros_like(theta)
    for k in range(len(theta)):
        ends = []
        for move in (-_APART, _APART):
            moved = theta.detach().clone()
            moved[k] += move
            ends.append(_mean_objective(problem, _along(problem, moved, states[k])[-1]))
        slope[k] = (ends[1] - ends[0]) / (2 * _APART)
    return _mean_objective(problem, states[-1]), slope
