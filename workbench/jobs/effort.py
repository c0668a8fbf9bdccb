"""What the solving of a job has taken."""

import time

from workbench.operators.calls import Calls
from workbench.problem import Problem


class Effort:
    """While `with effort:` is open, the clock runs and applications of the operator are counted.

    `seconds` and `calls` are the sums, `last` the seconds of the last time; what is done before k = 0 is not in calls.
    """

    def __init__(self, problem: Problem) -> None:
        self.seconds = self.last = 0.0
        self._calls = Calls()
        self.solve(problem)

    @property
    def calls(self) -> float:
        return self._calls.total

    def solve(self, problem: Problem) -> None:
        """Another problem from now on."""
        self._calls.watch(problem.operator, problem.given_operator)

    def follow(self, seconds: float, calls: float) -> None:
        """Go on from what an earlier run had taken."""
        self.seconds, self._calls.total = seconds, calls

    def __enter__(self) -> "Effort":
        self._begin = time.perf_counter()
        self._calls.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._calls.__exit__(*error)
        self.last = time.perf_counter() - self._begin
        self.seconds += self.last

    def reached(self, k: int) -> None:
        """Forget the calls of the preparation."""
        self._calls.total *= k > 0
