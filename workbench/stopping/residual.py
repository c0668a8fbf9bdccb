"""To stop where another step moves x no more."""

from dataclasses import dataclass

from workbench.algorithms import Algorithm, State
from workbench.analysis.certificates import fixed_point
from workbench.problem import Problem
from workbench.stopping.stop import Every, Rule, Stop, Tolerance, below, now_and_then


@dataclass(frozen=True)
class Residual(Stop):
    """|x - T x| <= relative |x|, T one more step of the algorithm, or as many more as move x at all."""

    relative: Tolerance = 1e-6
    every: Every = 20

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:

        def settled(state: State) -> str:
            return below("residual", fixed_point(problem, algorithm, state)[1], self.relative)

        return now_and_then(self.every, settled)
