"""The subgradient method."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State
from workbench.algorithms.steps.scales import typical_curvature
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, column, each_of, norm, spread


@dataclass(frozen=True)
class SubGradientConstants(Constants):
    """The curvature that most data see, times |A|^2, and the length of the start, 1 where that is 0."""

    curvature: Each = field(kw_only=True)
    length: Each = field(kw_only=True)


@dataclass(frozen=True)
class SubGradientState(State):
    """The best iterate so far, its objective, (B,), and the one that moves on."""

    measured: SubGradientConstants = field(kw_only=True)
    value: Tensor = field(kw_only=True)
    current: Tensor = field(kw_only=True)

    @property
    def moving(self) -> Tensor:
        return self.current


@dataclass(frozen=True)
class SubGradient(Algorithm[SubGradientState]):
    """x <- P(x - length / sqrt(k) g / |g|), g a subgradient of the objective, P onto the constraint, if it is one.

    Convex: the best objective so far, which is the one shown, comes down to the minimum as O(1 / sqrt k), slower than
    all others here, whatever the edges of the objective. Priors without a gradient give one at their prox, nearer
    and nearer to x. Shor 1985, doi 10.1007/978-3-642-82118-9; Kiwiel 2004, doi 10.1137/S1052623400376366.
    """

    formula = r"x \gets P\left(x - \frac{\text{length}}{\sqrt{k}} \frac{g}{|g|}\right), \quad g \in \partial F(x)"

    reach: Annotated[
        float, Range(1e-3, 1, log=True, limits=(1e-9, 1e3)), "first length, in units of the length of the start"
    ] = 0.03

    exact = False
    restarts = True
    needs = Needs(prior=Can.SPLIT | Can.VALUE | Can.CONVEX, noise=Likelihood.CONVEX, linear=True)

    def measure(self, problem: Problem) -> SubGradientConstants:
        return subgradient_constants(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> SubGradientState:
        return SubGradientState(x, measured=self.measure(problem), value=problem.objective(x), current=x)

    def step(self, problem: Problem, state: SubGradientState, rng: torch.Generator) -> SubGradientState:
        x, root = state.current, (state.k + 1) ** 0.5
        slope = problem.misfit_grad(x)
        if Can.PROJECTION not in problem.prior.can:
            slope = slope + problem.prior.subgradient(x, 10 * root * state.measured.curvature)
        size = norm(slope)
        length = self.reach / root * column(state.measured.length, x)
        x = x - spread(torch.where(size > 0, length / size, 0 * size), x) * slope
        if Can.PROJECTION in problem.prior.can:
            x = problem.prior.prox(x, 1.0)
        value = problem.objective(x)
        best = torch.where(spread(value <= state.value, x), x, state.x)
        return replace(state, x=best, value=value.minimum(state.value), current=x, k=state.k + 1)


def subgradient_constants(problem: Problem) -> SubGradientConstants:
    """The scales of a problem whose steps have a length of their own."""
    length = norm(problem.start())
    curvature = each_of(typical_curvature(problem))
    return SubGradientConstants(curvature=curvature, length=each_of(torch.where(length > 0, length, 1)))
