"""Runs wait while a page is built: nobody sees a picture meanwhile, and threads of Python take turns of one core."""

import threading
import time

LONGEST = 3.0  # seconds that runs wait at the most, whatever becomes of the page


class RightOfWay:
    """Taken by who keeps all pages waiting, and given back; who computes passes in between."""

    def __init__(self, longest: float = LONGEST) -> None:
        self._longest = longest
        self._change = threading.Condition()
        self._until = 0.0

    def take(self) -> None:
        """Until `give_back`, or for so many seconds at the longest."""
        self._until = time.monotonic() + self._longest

    def give_back(self) -> None:
        with self._change:
            self._until = 0.0
            self._change.notify_all()

    def wait(self) -> None:
        """Return when nobody has it."""
        with self._change:
            while (left := self._until - time.monotonic()) > 0:
                self._change.wait(left)


PAGES = RightOfWay()
