"""A proximal step in one block at a time, and which."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.blocks.parts import (
    GROWTH,
    first_reach,
    lacks_several_blocks,
    lacks_sum_over_blocks,
    numbers_of,
)
from workbench.algorithms.steps.parabola import Misfit, below_parabola, misfit_at, reaching
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import each, each_of, norm2, spread, times


@dataclass(frozen=True)
class BlockCoordinateState(State):
    """The iterate, the step that each block tries next, (B, blocks), and which one moved last, (B,); -1 at first."""

    reach: Tensor = field(kw_only=True)
    moved: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class BlockCoordinateDescent(Algorithm[BlockCoordinateState]):
    """u_b <- prox(u_b - t_b grad_b misfit(u), t_b) for one block b a step: the next one, or the one that promises most.

    With d_b that step, "gradient" takes the largest |d_b| / t_b, Gauss-Southwell's rule; "progress" the largest
    |d_b|^2 / t_b, which knows how each block bends (Gauss-Southwell-Lipschitz). Each step is halved until the misfit
    lies below its parabola, so that the objective falls. Every item of a batch has a block of its own.
    Nutini et al. 2015, doi 10.48550/arXiv.1506.00552; Tseng, Yun 2009, doi 10.1007/s10107-007-0170-0.
    """

    formula = (
        r"u_b \gets \operatorname{prox}_{\tau_b g}(u_b - \tau_b \nabla_b f(u)), \; "
        r"b = \mathrm{argmax}_b \, |d_b|^2 / \tau_b"
    )

    rule: Annotated[Literal["progress", "gradient", "cyclic"], "which block moves"] = "progress"

    restarts = True
    needs = Needs(prior=Can.PROX, noise=Likelihood.GRAD, also=("a parametrisation of several blocks",))

    def lacks(self, problem: Problem) -> str:
        return lacks_several_blocks(problem) or super().lacks(problem) or lacks_sum_over_blocks(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> BlockCoordinateState:
        moved = torch.full((len(x),), -1, device=x.device)
        return BlockCoordinateState(x, reach=first_reach(problem), moved=moved)

    def step(self, problem: Problem, state: BlockCoordinateState, rng: torch.Generator) -> BlockCoordinateState:
        u, numbers = state.x, numbers_of(problem).to(state.x.device)
        here = misfit_at(problem, u)
        chosen = self._chosen(problem, state, here)
        inside = (numbers == chosen[:, None])[:, None]
        start = Misfit(u, here.value, torch.where(inside, here.slope, 0))

        def move(step: Tensor) -> Tensor:
            length = each_of(step)
            return torch.where(inside, each(problem.prior.prox, length, u - times(length, start.slope)), u)

        trial, taken = below_parabola(problem, start, state.reach.gather(1, chosen[:, None])[:, 0], move)
        there = trial.misfit(problem)
        new = Misfit(there.x, there.value, torch.where(inside, there.slope, 0))
        reach = state.reach.scatter(1, chosen[:, None], reaching(start, new, taken, GROWTH)[:, None])
        return replace(state, x=trial.x, reach=reach, moved=chosen, k=state.k + 1)

    def _chosen(self, problem: Problem, state: BlockCoordinateState, here: Misfit) -> Tensor:
        """The number of the block that moves, (B,)."""
        blocks = state.reach.shape[1]
        if self.rule == "cyclic":
            return (state.moved + 1) % blocks
        numbers, promised = numbers_of(problem).to(state.x.device), []
        for b in range(blocks):
            inside, t = numbers == b, state.reach[:, b]
            slope = torch.where(inside, here.slope, 0)
            moved = each(problem.prior.prox, each_of(t), state.x - spread(t, slope) * slope) - state.x
            square = norm2(torch.where(inside, moved, 0))
            promised.append(square / (t * t if self.rule == "gradient" else t))
        return torch.stack(promised, 1).argmax(1)
