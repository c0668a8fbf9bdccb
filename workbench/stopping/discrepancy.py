"""To stop where the misfit is that of the noise."""

import functools
from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.stopping.stop import Every, Rule, Stop, below, now_and_then


@dataclass(frozen=True)
class Discrepancy(Stop):
    """misfit <= tau^2 x its mean at the truth: |Ax - y| <= tau sigma sqrt(n) for n Gaussian data.

    Morozov 1966: the data are explained as well as their noise lets them be. What a mask leaves out is no datum.
    """

    tau: Annotated[float, Range(0.8, 2, limits=(0, 1e6)), "times the noise"] = 1.0
    every: Every = 5

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        problem.noise.expected(problem.y[:1])  # its Refusal, where that is not known, before the run

        @functools.cache
        def level() -> Tensor:  # which asks an application of the operator
            return problem.expected_misfit(self.tau**2).to(problem.y.device)

        return now_and_then(self.every, lambda state: below("misfit", problem.misfit(state.x), level()))
