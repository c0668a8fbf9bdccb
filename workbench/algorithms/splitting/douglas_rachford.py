"""The Douglas-Rachford method."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State, Step
from workbench.algorithms.steps.misfit_prox import lacks_misfit_prox, misfit_prox
from workbench.algorithms.steps.scales import typical_curvature
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each, each_of, least


@dataclass(frozen=True)
class DouglasRachfordConstants(Constants):
    """The curvature that most data see, times |A|^2."""

    curvature: Each = field(kw_only=True)


@dataclass(frozen=True)
class DouglasRachfordState(State):
    """The iterate; z, which drives it, and the prox of the misfit at z."""

    measured: DouglasRachfordConstants = field(kw_only=True)
    z: Tensor = field(kw_only=True)
    half: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class DouglasRachford(Algorithm[DouglasRachfordState]):
    """w = prox of the misfit at z, x = prox of the prior at 2 w - z, z <- z + relax (x - w); both of the same step.

    Converges for every step > 0 and 0 < relax < 2. The prox of the misfit is closed where A has `gram_inverse`, else
    it is solved to 1e-10. Lions & Mercier 1979, doi 10.1137/0716071; Eckstein & Bertsekas 1992, doi 10.1007/BF01581204.
    """

    formula = (
        r"w = \operatorname{prox}_{\tau f}(z), \quad x = \operatorname{prox}_{\tau g}(2w - z), \quad z \gets "
        r"z + \lambda (x - w)"
    )

    step_size: Step = None
    relax: Annotated[float, Range(0.1, 1.9, limits=(1e-3, 1.999)), "how far z follows x"] = 1.0

    needs = Needs(prior=Can.PROX | Can.CONVEX, noise=Likelihood.PROX | Likelihood.CONVEX, linear=True)

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_misfit_prox(problem)

    def measure(self, problem: Problem) -> DouglasRachfordConstants:
        return DouglasRachfordConstants(curvature=each_of(typical_curvature(problem)))

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> DouglasRachfordState:
        return DouglasRachfordState(x, measured=self.measure(problem), z=x, half=x)

    def step(self, problem: Problem, state: DouglasRachfordState, rng: torch.Generator) -> DouglasRachfordState:
        step = self._step(state)
        half = misfit_prox(problem, state.z, step, state.half)
        x = each(problem.prior.prox, step, 2 * half - state.z)
        return replace(state, x=x, z=state.z + self.relax * (x - half), half=half, k=state.k + 1)

    def current_step(self, state: DouglasRachfordState) -> float | None:
        return least(self._step(state))

    def _step(self, state: DouglasRachfordState) -> Each:
        """Ten gradient steps, 10 / (curvature |A|^2), when none is given."""
        return 10 / state.measured.curvature if self.step_size is None else self.step_size
