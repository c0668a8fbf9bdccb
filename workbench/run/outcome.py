"""How a run ended."""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.algorithms import Algorithm, State
from workbench.problem import Problem
from workbench.progress import Bar

if TYPE_CHECKING:
    from workbench.stopping import Stop


class Outcome(StrEnum):
    """How a run ended."""

    STEPS = "steps"  # all iterations that were asked for
    RULE = "rule"  # a stopping rule held
    DONE = "done"  # the algorithm had nothing left to do
    INTERRUPTED = "interrupted"
    DIVERGED = "diverged"


class Ends:
    """Whether a run ends at a state, asked of every one; then `outcome` and `why` say how. Shows progress meanwhile."""

    def __init__(
        self, problem: Problem, algorithm: Algorithm, stop: "Stop | None", steps: int, interrupted: Callable[[], bool]
    ) -> None:
        self._rule = stop.begin(problem, algorithm) if stop else lambda state: ""
        self._steps, self._interrupted = steps, interrupted
        self.bar = Bar(steps)
        self.outcome, self.why = Outcome.DONE, f"{type(algorithm).__name__} had nothing left to do"

    def __call__(self, state: State) -> bool:
        self.bar.show(state.k)
        rule = self._rule(state)
        if self._interrupted():
            self.outcome, self.why = Outcome.INTERRUPTED, f"stopped by hand at iteration {state.k}"
        elif rule:
            self.outcome, self.why = Outcome.RULE, f"{rule} at iteration {state.k}"
        elif state.k >= self._steps:
            self.outcome, self.why = Outcome.STEPS, f"all {self._steps} iterations done"
        else:
            return False
        return True
