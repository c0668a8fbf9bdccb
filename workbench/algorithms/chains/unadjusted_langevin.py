"""Langevin's diffusion in steps, whatever error they make."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State, Step, lacks_bend, prior_bend
from workbench.algorithms.steps.lengths import inverse, safe_step
from workbench.algorithms.steps.parabola import below_parabola, misfit_at
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, column, each_of, least, normal_like, times


@dataclass(frozen=True)
class LangevinConstants(Constants):
    """Lipschitz constants of both gradients and of the prior's; whether they hold everywhere.

    Not where A is nonlinear, whose Jacobian is then taken at the start.
    """

    lipschitz: Each = field(kw_only=True)
    everywhere: bool = field(kw_only=True)


@dataclass(frozen=True)
class LangevinState(State):
    """A chain by the gradient of the objective."""

    measured: LangevinConstants = field(kw_only=True)


@dataclass(frozen=True)
class UnadjustedLangevin(Algorithm[LangevinState]):
    """x <- x - step grad objective(x) + sqrt(2 step) n, n standard normal: x ~ p(x | y) after many steps.

    Stable below 2/L. On a Gaussian posterior the mean is exact and the variance 1 / c of a direction of curvature
    c comes out as 1 / (c (1 - step c / 2)): at 0.1/L, taken when none is given, at most 5.3 % too large. Where A is
    nonlinear L is the bend at x, no less than that at the start.
    Roberts & Tweedie 1996, doi 10.2307/3318418; Durmus & Moulines 2017, doi 10.1214/16-AAP1238.
    """

    formula = r"x \gets x - \tau \nabla F(x) + \sqrt{2\tau}\, n"

    step_size: Step = None

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ)
    random = wanders = True

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_bend(problem, self.step_size)

    def measure(self, problem: Problem) -> LangevinConstants:
        return bends_near(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> LangevinState:
        return LangevinState(x, measured=self.measure(problem))

    def step(self, problem: Problem, state: LangevinState, rng: torch.Generator) -> LangevinState:
        x, step = state.x, self._step(state)
        if self.step_size is None and not problem.operator.linear:
            step = 0.1 * inverse(bend_at(problem, x, state.measured))
        slope = problem.misfit_grad(x) + problem.prior.grad(x)
        noise = times((2 * step) ** 0.5, normal_like(x, rng))
        return replace(state, x=x - times(step, slope) + noise, k=state.k + 1)

    def current_step(self, state: LangevinState) -> float | None:
        return least(self._step(state))

    def largest_step(self, state: LangevinState) -> float | None:
        return safe_step(state, self.step_size) if state.measured.everywhere else None

    def _step(self, state: LangevinState) -> Each:
        return 0.1 * inverse(state.measured.lipschitz) if self.step_size is None else self.step_size


def bends_near(problem: Problem) -> LangevinConstants:
    """How the objective bends: at any x, or at the start."""
    beside = prior_bend(problem) or 0.0
    bend = problem.lipschitz() + beside
    return LangevinConstants(lipschitz=bend, prior=beside, everywhere=problem.operator.linear)


def bend_at(problem: Problem, x: Tensor, measured: LangevinConstants) -> Each:
    """The bend of the objective at x along its gradient, no less than what was measured at the start."""
    start, of_prior = misfit_at(problem, x), problem.prior.grad(x)
    usual = 1 / column(measured.lipschitz, x)
    _, reach = below_parabola(problem, start, usual, lambda r: x - times(each_of(r), start.slope + of_prior))
    return each_of(1 / reach) + measured.prior
