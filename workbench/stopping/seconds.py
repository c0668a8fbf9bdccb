"""To stop after so much time."""

import time
from dataclasses import dataclass
from typing import Annotated

from workbench.algorithms import Algorithm
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.stopping.stop import Rule, Stop


@dataclass(frozen=True)
class Seconds(Stop):
    """So many seconds have gone by since the run began."""

    seconds: Annotated[float, Range(0.1, 600, log=True, unit="s", limits=(0, 1e7)), "time"] = 10.0

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        end = time.monotonic() + self.seconds
        return lambda state: f"{self.seconds:g} s went by" if time.monotonic() >= end else ""
