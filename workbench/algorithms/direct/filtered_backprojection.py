"""Filtered backprojection."""

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.direct.formula import Formula
from workbench.noise import WeightedGaussian
from workbench.operators import Scan
from workbench.operators.integrals.filtering import Window
from workbench.problem import Problem


@dataclass(frozen=True)
class FilteredBackprojection(Formula):
    """x = sum over views a of w_a q_a(x cos a + y sin a), q_a the projection through a ramp filter: one step.

    The scale is that of the operator: a disk of 0.01 reads 0.01. w_a is the part of the turn that a view stands for, so
    angles may come in any order; a missing wedge stays empty. Windows other than the ramp give up detail for noise. A
    fan beam needs half a turn and its fan, a detector beside the axis a whole turn; rays met twice share their weight.
    The prior has no say. Kak & Slaney 1988, doi 10.1137/1.9780898719277.
    """

    formula = r"x = \sum_a w_a\, q_a(x_1 \cos\theta_a + x_2 \sin\theta_a), \quad \hat q_a = |\omega|\, \hat y_a"

    window: Annotated[Window, "what the ramp is multiplied with"] = "ramp"

    needs = Needs(linear=True, also=("projections at angles, such as those of Radon",))

    def lacks(self, problem: Problem) -> str:
        operator = problem.operator
        if isinstance(operator, Scan):
            return super().lacks(problem) or operator.missing_views() or _unmeasured(problem)
        return super().lacks(problem) or f"projections at angles, which {type(operator).__name__} does not make"

    def solution(self, problem: Problem) -> Tensor:
        assert isinstance(problem.operator, Scan)
        return problem.operator.filtered_backprojection(problem.y, self.window)


def _unmeasured(problem: Problem) -> str:
    """That data of weight 0 would be read like the others, in words; empty where there are none."""
    noise = problem.noise
    if isinstance(noise, WeightedGaussian) and noise.strong_convexity(problem.y) == 0:
        return "data that were all measured: it has no weights, and would read those of weight 0"
    return ""
