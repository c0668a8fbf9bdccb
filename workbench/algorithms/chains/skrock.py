"""Langevin diffusion by a stabilised explicit scheme, which takes longer steps than Euler's."""

import math
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, Step, lacks_bend
from workbench.algorithms.chains.unadjusted_langevin import LangevinConstants, LangevinState, bend_at, bends_near
from workbench.algorithms.steps.lengths import inverse, safe_step
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, least, normal_like, times

_DAMPING = 0.05  # what its authors take
_SHARE = 0.1  # of the largest step: beyond it the variance of stiff directions is lost
_HALVED = 3.77  # times 1 / L: a direction of curvature c has half its variance at c step = 3.77, none near 5


@dataclass(frozen=True)
class SKROCK(Algorithm[LangevinState]):
    """UnadjustedLangevin with s gradients a step in a Chebyshev recursion, stable to about 2 s^2 / L: SK-ROCK.

    On a Gaussian posterior the mean is exact and the variance of a direction is too small, the more so the stiffer it
    is: at a tenth of the largest step, but 3.77 / L at most, taken when none is given, no less than 0.49 of it. At
    some 5 / L it vanishes, whatever the stages.
    Nonlinear A: as in UnadjustedLangevin. Pereyra et al. 2020, doi 10.1137/19M1283719.
    """

    formula = r"x \gets s \text{ Chebyshev stages of } -\tau \nabla F + \sqrt{2\tau}\, n, \quad \tau \lesssim 2 s^2 / L"

    stages: Annotated[int, Range(2, 20, limits=(2, 200)), "gradients a step"] = 5
    step_size: Step = None

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ)
    random = True

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_bend(problem, self.step_size)

    def measure(self, problem: Problem) -> LangevinConstants:
        return bends_near(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> LangevinState:
        return LangevinState(x, measured=self.measure(problem))

    def step(self, problem: Problem, state: LangevinState, rng: torch.Generator) -> LangevinState:
        s, step, x = self.stages, self._step(state), state.x
        if self.step_size is None and not problem.operator.linear:
            step = self._usual() * inverse(bend_at(problem, x, state.measured))
        start = 1 + _DAMPING / s**2
        angle = math.acosh(start)
        slope = math.cosh(s * angle) * math.sinh(angle) / (s * math.sinh(s * angle))  # T_s / T_s' at the start
        noise = times((2 * step) ** 0.5, normal_like(x, rng))
        before = x
        first = times(slope / start * step, _slope(problem, x + s * slope / 2 * noise))
        now = x - first + s * slope / start * noise
        for j in range(2, s + 1):
            low, high = (math.cosh(i * angle) for i in (j - 1, j))
            weight = 2 * start * low / high
            down = times(2 * slope * low / high * step, _slope(problem, now))
            moved = weight * now + (1 - weight) * before - down
            before, now = now, moved
        return replace(state, x=now, k=state.k + 1)

    def current_step(self, state: LangevinState) -> float | None:
        return least(self._step(state))

    def largest_step(self, state: LangevinState) -> float | None:
        return safe_step(state, self.step_size, self._reach()) if state.measured.everywhere else None

    def edge(self, state: LangevinState) -> None:
        return None  # a step is so many gradients as there are stages

    def _step(self, state: LangevinState) -> Each:
        if self.step_size is not None:
            return self.step_size
        return self._usual() * inverse(state.measured.lipschitz)

    def _usual(self) -> float:
        """The default step times L."""
        return min(_SHARE * self._reach(), _HALVED)

    def _reach(self) -> float:
        return (self.stages - 0.5) ** 2 * (2 - 4 / 3 * _DAMPING) - 1.5


def _slope(problem: Problem, x: Tensor) -> Tensor:
    return problem.misfit_grad(x) + problem.prior.grad(x)
