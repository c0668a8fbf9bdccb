"""The picture of several coils without their maps."""

from dataclasses import dataclass

from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.direct.formula import Formula
from workbench.operators import MultiCoilFourier, NonCartesianFourier
from workbench.problem import Problem
from workbench.tensors import abs2


@dataclass(frozen=True)
class RootSumOfSquares(Formula):
    """|x| = sqrt(sum over coils j of |F^-1 y_j|^2): the inverse transform of each coil, in one step.

    It is |x| itself where every frequency was measured and sum_j |c_j|^2 = 1, and needs no maps. What was not measured
    is taken as 0, so that gaps show as folded copies; along a trajectory each coil is gridded. The prior has no say.
    Roemer et al. 1990, doi 10.1002/mrm.1910160203.
    """

    formula = r"|x| = \sqrt{\sum_j |F^{-1} y_j|^2}"

    needs = Needs(linear=True, also=("k-space of coils, such as that of MultiCoilFourier",))

    def lacks(self, problem: Problem) -> str:
        other = type(problem.operator).__name__
        coils = isinstance(problem.operator, MultiCoilFourier | NonCartesianFourier)
        wrong = "" if coils else f"k-space of coils, which {other} has not"
        return super().lacks(problem) or wrong

    def solution(self, problem: Problem) -> Tensor:
        assert isinstance(problem.operator, MultiCoilFourier | NonCartesianFourier)
        return abs2(problem.operator.coil_images(problem.y)).sum(2).sqrt().to(problem.y.dtype)
