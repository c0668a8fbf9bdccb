"""What a person asks for while dragging: the latest value of each control, passed on ten times a second."""

import time
from collections.abc import Callable
from typing import Any

APART = 0.1  # seconds between two wishes that come true


class Throttle:
    """Collects `ask(path, value)` and hands the newest of each path to `grant`; `flush` makes the late ones true."""

    def __init__(self, grant: Callable[[str, Any], None], clock: Callable[[], float] = time.perf_counter) -> None:
        self._grant, self._clock = grant, clock
        self._waiting: dict[str, Any] = {}
        self._last = -APART

    def ask(self, path: str, value: Any) -> None:
        """Wish for a value: granted at once when the last wish is long ago, else by a later flush."""
        self._waiting[path] = value
        self.flush()

    def flush(self) -> None:
        """Grant what waits, if it is time."""
        if self._waiting and self._clock() - self._last >= APART:
            granted, self._waiting = self._waiting, {}
            for path, value in granted.items():
                self._grant(path, value)
            self._last = self._clock()
