"""How often something may be done beside a run, so that it takes no more than its part of the time."""

import math
from dataclasses import dataclass

INTERRUPTED = 4  # what takes so many times the quickest has waited for others, which is not its cost


@dataclass
class Ration:
    """At most `share` of the solver's time, and `allowance` seconds more.

    The allowance is spent where k has grown by the factor `grown` since the last time: 1 spends it at once, more keeps
    it for the later iterations.
    """

    share: float
    allowance: float
    grown: float = 1.0
    _spent: float = 0.0
    _quickest: float = math.inf
    _last: int = -1

    def due(self, k: int, seconds: float) -> bool:
        """Whether it may be done at iteration k, after so many seconds of solving."""
        beyond = self._spent - self.share * seconds
        return beyond <= 0 or (beyond <= self.allowance and k >= self.grown * self._last)

    def took(self, k: int, seconds: float) -> None:
        """It was done at iteration k, and took so long."""
        self._last, self._quickest = k, min(self._quickest, seconds)
        self._spent += min(seconds, INTERRUPTED * self._quickest)
