"""Kaczmarz's method: ART, and by blocks."""

from dataclasses import dataclass, replace

from torch import Tensor

from workbench.algorithms.steps.lengths import found_step
from workbench.algorithms.tomography.row_action import (
    Count,
    Relax,
    RowAction,
    RowActionConstants,
    RowActionState,
    operator_of,
)
from workbench.algorithms.tomography.row_sums import spaced
from workbench.linalg import power_norm
from workbench.problem import Problem
from workbench.tensors import least, times


@dataclass(frozen=True)
class Kaczmarz(RowAction):
    """x <- P(x + relax A_s* (y_s - A_s x) / |A_s|^2) for each block s of rows in turn, P onto the constraint.

    With as many blocks as data each step meets one equation: ART. Where the equations have solutions it converges
    to the one nearest to the start; where they have none, to a cycle, held below the start. Kaczmarz 1937, Bull. Acad.
    Polon. Sci. A 35, 355; Gordon et al. 1970, doi 10.1016/0022-5193(70)90109-8; Elfving 1980, doi 10.1007/BF01396365.
    """

    formula = r"x \gets P\left(x + \lambda\, \frac{A_s^*(y_s - A_s x)}{|A_s|^2}\right), \quad s = 1, 2, \ldots"

    relax: Relax = 1.0
    blocks: Count = 16

    exact = False

    def measure(self, problem: Problem) -> RowActionConstants:
        parts = operator_of(problem).blocks(self.blocks)
        norms = tuple(power_norm(part.operator, problem.zeros()) for part in parts)
        return replace(super().measure(problem), norms=norms)

    def sweep(self, problem: Problem, state: RowActionState) -> Tensor:
        x, parts, norms = state.x, operator_of(problem).blocks(self.blocks), state.measured.norms
        for s in spaced(len(parts)):
            # Blocks whose number was changed in the middle of a run have no norm of their own yet.
            norm = norms[s] if len(norms) == len(parts) else 0.0
            step = self.relax / norm**2 if least(norm) else self.relax * found_step(state)
            rest = parts[s].part(problem.y) - parts[s].operator(x)
            x = problem.prior.prox(x + times(step, parts[s].operator.adjoint(rest)), 1.0)
        return x
