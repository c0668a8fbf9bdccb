"""The simultaneous algebraic reconstruction technique, block by block."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.algorithms.tomography.row_action import Count, Relax, RowAction, RowActionState, operator_of
from workbench.algorithms.tomography.row_sums import NEEDS_SUMS, averaged, column_sums, signed, spaced
from workbench.problem import Problem


@dataclass(frozen=True)
class SART(RowAction):
    """x <- P(x + relax C A_s* R_s (y_s - A_s x)) for each block s in turn: 1 / R_s sums of rows, 1 / C of columns.

    Of the columns' sums over a block the largest counts, so that all blocks contract in one norm. Solves equations that
    have a solution; else it cycles, held below its start.
    Andersen & Kak 1984, doi 10.1177/016173468400600107; Jiang & Wang 2003, doi 10.1109/TIP.2003.815295.
    """

    formula = r"x \gets P(x + \lambda\, C A_s^* R_s (y_s - A_s x)), \quad s = 1, 2, \ldots"

    relax: Relax = 1.0
    blocks: Count = 16

    needs = NEEDS_SUMS
    exact = False

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or signed(problem)

    def sweep(self, problem: Problem, state: RowActionState) -> Tensor:
        x, parts = state.x, operator_of(problem).blocks(self.blocks)
        data = [part.part(problem.y) for part in parts]
        sums = [column_sums(part.operator, y) for part, y in zip(parts, data, strict=True)]
        columns = torch.stack(sums).amax(0)
        for s in spaced(len(parts)):
            x = problem.prior.prox(averaged(parts[s].operator, columns, x, data[s], self.relax), 1.0)
        return x
