"""How fast a run goes."""

import time
from collections.abc import Callable

_BLINK, _LONG = 0.3, 5.0  # seconds: rates are taken anew no sooner, and not over longer


class Pace:
    """Iterations a second over about the last second."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._then, self._k, self._rate = 0.0, 0, 0.0

    def at(self, k: int) -> float:
        """The rate when the run is seen at iteration k; 0 until it is known."""
        now = self._clock()
        if k < self._k or now - self._then > _LONG:
            self._then, self._k, self._rate = now, k, 0.0
        elif now - self._then >= _BLINK:
            fresh = (k - self._k) / (now - self._then)
            self._then, self._k = now, k
            self._rate = fresh if self._rate == 0 else 0.6 * self._rate + 0.4 * fresh
        return self._rate
