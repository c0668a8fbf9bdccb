"""To stop where a duality gap says so."""

from dataclasses import dataclass

from workbench.algorithms import Algorithm
from workbench.analysis.certificates import gap
from workbench.analysis.duality import uncertified
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.stopping.stop import Every, Rule, Stop, Tolerance, below, now_and_then


@dataclass(frozen=True)
class Gap(Stop):
    """(objective - lower bound) / objective <= relative: the optimum is no further, by proof."""

    relative: Tolerance = 1e-4
    every: Every = 20

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        if sentence := uncertified(problem):
            raise Refusal("a problem with a duality gap", "one without", f"{sentence}: stop by residual instead")
        return now_and_then(self.every, lambda state: below("gap", gap(problem, state)["gap"], self.relative))
