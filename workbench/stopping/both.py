"""Two rules joined by &."""

from dataclasses import dataclass
from typing import Annotated

from workbench.algorithms import Algorithm, State
from workbench.problem import Problem
from workbench.stopping.gap import Gap
from workbench.stopping.steps import Steps
from workbench.stopping.stop import Rule, Stop


@dataclass(frozen=True)
class Both(Stop):
    """Two rules hold at one state."""

    first: Annotated[Stop, "one rule"] = Steps()
    second: Annotated[Stop, "the other rule"] = Gap()

    @property
    def whole(self) -> bool:
        return self.first.whole or self.second.whole

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        rules = [rule.begin(problem, algorithm) for rule in (self.first, self.second)]

        def both(state: State) -> str:
            held = [rule(state) for rule in rules]
            return " and ".join(held) if all(held) else ""

        return both
