"""To stop after so many iterations."""

from dataclasses import dataclass
from typing import Annotated

from workbench.algorithms import Algorithm
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.stopping.stop import Rule, Stop


@dataclass(frozen=True)
class Steps(Stop):
    """k has reached `steps`."""

    steps: Annotated[int, Range(1, 5000, log=True, limits=(1, 10_000_000)), "number of iterations"] = 300

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        return lambda state: f"{self.steps} iterations" if state.k >= self.steps else ""
