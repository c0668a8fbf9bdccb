"""Maximum likelihood of Poisson counts by expectation maximisation."""

from dataclasses import dataclass, replace

import torch

from workbench.algorithms.base import Algorithm, State
from workbench.algorithms.tomography.expectation import NEEDS_COUNTS, maximised, no_counts
from workbench.algorithms.tomography.row_sums import signed
from workbench.problem import Problem


@dataclass(frozen=True)
class MLEM(Algorithm[State]):
    """x <- x / (A* 1) A* (y / (A x + background)): maximum likelihood of Poisson counts among all x >= 0.

    The likelihood grows at every step, and without background A x has the sum of
    the counts; entries that are 0 stay 0. Richardson 1972, doi 10.1364/JOSA.62.000055; Shepp & Vardi 1982, doi
    10.1109/TMI.1982.4307558.
    """

    formula = r"x \gets \frac{x}{A^* 1} \odot A^* \frac{y}{Ax + \text{background}}"

    needs = NEEDS_COUNTS

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or no_counts(problem) or signed(problem)

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        return replace(state, x=maximised(problem, state.x), k=state.k + 1)
