"""Proximal steps in one block after the other."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.blocks.parts import (
    GROWTH,
    BlockView,
    blocks_of,
    first_reach,
    lacks_blocks,
    lacks_sum_over_blocks,
)
from workbench.algorithms.steps.parabola import Misfit, below_parabola, misfit_at, reaching
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import each, each_of, times


@dataclass(frozen=True)
class PALMState(State):
    """The iterate, the one before it, and the step that each block tries next, (B, blocks)."""

    before: Tensor = field(kw_only=True)
    reach: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class PALM(Algorithm[PALMState]):
    """u_b <- prox(z_b - t_b grad_b misfit(z), t_b), z_b = u_b + inertia (u_b - the one before), each block b in turn.

    The step of each block is found: halved until the misfit lies below its parabola. The prior is of single blocks, or
    a sum over entries `OnUnknown`: else the prox of all of u is none of a block. Without inertia the objective falls at
    every step. With `heavier` > 1 the prior is that many times as heavy in the first step and itself in the end, by
    `fading` a step: coarse features are then found before fine ones, as blind deblurring needs it; the objective may
    rise on the way.
    Bolte, Sabach, Teboulle 2014, doi 10.1007/s10107-013-0701-9; Pock, Sabach 2016, doi 10.1137/16M1064064.
    """

    formula = (
        r"u_b \gets \operatorname{prox}_{\tau_b g}(z_b - \tau_b \nabla_b f(z)), \; z_b = u_b + \beta (u_b - u_b^-)"
    )

    inertia: Annotated[float, Range(0, 0.5, limits=(0, 0.999)), "of the last change"] = 0.3

    heavier: Annotated[float, Range(1, 100, log=True, limits=(1, 1e6)), "the prior in the first step, over itself"] = (
        1.0
    )
    fading: Annotated[float, Range(0.9, 0.999, limits=(0, 0.999999)), "of what it is heavier by, a step"] = 0.98

    restarts = True
    needs = Needs(prior=Can.PROX, noise=Likelihood.GRAD, also=("a picture linear in each block, such as LowRank's",))

    def lacks(self, problem: Problem) -> str:
        return lacks_blocks(problem) or super().lacks(problem) or lacks_sum_over_blocks(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> PALMState:
        return PALMState(x, before=x, reach=first_reach(problem))

    def step(self, problem: Problem, state: PALMState, rng: torch.Generator) -> PALMState:
        u, ahead = state.x, []
        weight = 1 + (self.heavier - 1) * self.fading**state.k
        for number, block in enumerate(blocks_of(problem)):
            last = block.alone(state.x - state.before)
            u, reach = self._moved(problem, block, u + self.inertia * last, state.reach[:, number], weight)
            ahead.append(reach)
        return replace(state, x=u, before=state.x, reach=torch.stack(ahead, 1), k=state.k + 1)

    def _moved(
        self, problem: Problem, block: BlockView, z: Tensor, reach: Tensor, weight: float
    ) -> tuple[Tensor, Tensor]:
        """The unknown after a step of one block, and the step to try next; `weight` is on the prior."""
        here = misfit_at(problem, z)
        start = Misfit(z, here.value, block.alone(here.slope))

        def move(step: Tensor) -> Tensor:
            length = each_of(step)
            ahead = z - times(length, start.slope)
            return block.within(z, each(problem.prior.prox, length * weight, ahead))

        trial, taken = below_parabola(problem, start, reach, move)
        there = trial.misfit(problem)
        new = Misfit(there.x, there.value, block.alone(there.slope))
        return trial.x, reaching(start, new, taken, GROWTH)
