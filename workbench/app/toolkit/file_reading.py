"""A file that a person brings, read in a thread of its own: the loop that serves all pages waits for no decoder."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.refusal import Refusal

Found = TypeVar("Found")
PATIENCE = 30.0  # seconds that a file may take to be read


@dataclass(frozen=True)
class _Wish:
    future: Future[Any]
    told: Callable[[Any], None]
    late: float  # on the clock: the page waits no longer


class FileReading:
    """Of several wishes the newest counts; what it finds is told at the next `tick`, in the thread of the page.

    `refused` hears the sentence of one that could not be granted, or was not within PATIENCE seconds: a thread cannot
    be ended, but the page goes on without it, and the end of the process does not wait for it.
    """

    def __init__(self, refused: Callable[[str], None], clock: Callable[[], float] = time.perf_counter) -> None:
        self._refused, self._clock = refused, clock
        self._wish: _Wish | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return self._wish is None

    def begin(self, work: Callable[[], Found], told: Callable[[Found], None]) -> None:
        """Do the work, and tell what came of it."""
        self._wish = _Wish(Future(), told, self._clock() + PATIENCE)
        threading.Thread(target=_do, args=(self._wish.future, work), name="reading of a page", daemon=True).start()

    def tick(self) -> None:
        """Tell what came, if anything did."""
        wish = self._wish
        if wish is None:
            return
        if wish.future.done():
            self._wish = None
            try:
                found = wish.future.result()
            except (Refusal, OSError) as error:
                self._refused(str(error))
            else:
                wish.told(found)
        elif self._clock() > wish.late:
            self._wish = None
            remedy = "take a smaller one, or give its path to `workbench run`"
            self._refused(str(Refusal(f"a file that is read within {PATIENCE:g} s", "one that is not", remedy)))

    def forget(self) -> None:
        """Nobody is told of what is on its way."""
        self._wish = None


def _do(future: Future[Any], work: Callable[[], Any]) -> None:
    try:
        future.set_result(work())
    except Exception as error:
        future.set_exception(error)
