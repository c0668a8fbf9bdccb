"""The simultaneous iterative reconstruction technique."""

from dataclasses import dataclass

from torch import Tensor

from workbench.algorithms.tomography.row_action import Relax, RowAction, RowActionState, operator_of
from workbench.algorithms.tomography.row_sums import NEEDS_SUMS, averaged, column_sums, signed
from workbench.problem import Problem


@dataclass(frozen=True)
class SIRT(RowAction):
    """x <- P(x + relax C A* R (y - A x)), 1 / C and 1 / R the sums of A's columns and rows, P onto the constraint.

    Below 2 the residual weighted by R falls at every step to its least; the objective stays below its start.
    Gilbert 1972, doi 10.1016/0022-5193(72)90180-4; Gregor & Benson 2008, doi 10.1109/TMI.2008.923696.
    """

    formula = r"x \gets P(x + \lambda\, C A^* R (y - Ax))"

    relax: Relax = 1.0

    needs = NEEDS_SUMS

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or signed(problem)

    def sweep(self, problem: Problem, state: RowActionState) -> Tensor:
        A = operator_of(problem)
        return problem.prior.prox(averaged(A, column_sums(A, problem.y), state.x, problem.y, self.relax), 1.0)
