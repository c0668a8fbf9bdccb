"""Proximal gradients with Barzilai's and Borwein's steps, made for counts."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.first_order.backtracking import Backtracking, BacktrackingState, proximal
from workbench.algorithms.steps.parabola import Ceiling, Misfit, below_parabola, misfit_at, reaching
from workbench.algorithms.steps.scales import typical_curvature
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem


@dataclass(frozen=True)
class SPIRALState(BacktrackingState):
    """The objectives of the last iterates besides, (B, memory)."""

    recent: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class SPIRAL(Backtracking[SPIRALState]):
    """x <- prox(x - step grad misfit, step), step = <s, s> / <s, z>, s and z the last changes of x and the gradient.

    Halved until the objective is below the largest of the last `memory` by decrease |change|^2 / 2 step: it may rise,
    never above its start, and limits are critical points. Made for Poisson counts, whose Lipschitz constant says
    little. Harmany et al. 2012, doi 10.1109/TIP.2011.2168410; Wright et al. 2009, doi 10.1109/TSP.2009.2016892.
    """

    formula = (
        r"x \gets \operatorname{prox}_{\tau g}(x - \tau \nabla f(x)), \quad \tau = \frac{\langle s, "
        r"s\rangle}{\langle s, z\rangle}"
    )

    memory: Annotated[int, Range(1, 20, limits=(1, 1000)), "objectives to stay below the largest of"] = 10
    decrease: Annotated[float, Range(1e-3, 0.9, log=True, limits=(1e-9, 0.999)), "share of the parabola to gain"] = 0.1

    restarts = True
    needs = Needs(prior=Can.PROX | Can.VALUE, noise=Likelihood.GRAD)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> SPIRALState:
        _, value, slope = misfit_at(problem, x)
        step, recent = 1 / typical_curvature(problem), _finite(value + problem.prior(x))[:, None]
        return SPIRALState(x, 0, self.measure(problem), value=value, slope=slope, step=step, recent=recent)

    def step(self, problem: Problem, state: SPIRALState, rng: torch.Generator) -> SPIRALState:
        ceiling = state.recent[:, -self.memory :].amax(1)
        start = Misfit(state.x, state.value, state.slope)
        move = proximal(problem.prior, start)
        trial, step = below_parabola(problem, start, state.step, move, Ceiling(ceiling, self.decrease))
        new = trial.misfit(problem)
        value = _finite(new.value + problem.prior(new.x))
        recent = torch.cat([state.recent, value[:, None]], 1)[:, -self.memory :]
        step = torch.where((new.x != start.x).flatten(1).any(1), step, state.step)  # no step taken: as before
        return replace(state, **new._asdict(), step=reaching(start, new, step), recent=recent, k=state.k + 1)


def _finite(values: Tensor) -> Tensor:
    """Objectives outside a constraint bound nothing from above."""
    return torch.where(values.isfinite(), values, -torch.inf)
