"""Work on files for one page, in a thread of its own: the loop that serves all pages waits for no disk, no decoder."""

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.refusal import Refusal

Found = TypeVar("Found")


@dataclass(frozen=True)
class _Errand:
    future: Future[Any]
    told: Callable[[Any], None]
    late: float  # on the clock: nobody waits longer


class Errands:
    """Done one after another; what one finds is told at the next `tick`, in the thread of the page.

    `refused` hears the sentence of one that could not be done, or that was not over after `patience` seconds: a thread
    cannot be ended, but its page goes on without it.
    """

    def __init__(
        self,
        refused: Callable[[str], None],
        patience: float = math.inf,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._refused, self._patience, self._clock = refused, patience, clock
        self._thread: ThreadPoolExecutor | None = None
        self._waiting: list[_Errand] = []

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._waiting

    def do(self, work: Callable[[], Found], told: Callable[[Found], None]) -> None:
        """Do the work, and tell what came of it."""
        self._thread = self._thread or ThreadPoolExecutor(1, "files of a page")
        self._waiting.append(_Errand(self._thread.submit(work), told, self._clock() + self._patience))

    def tick(self) -> bool:
        """Tell of what is done; whether there was anything."""
        if any(errand.late < self._clock() and not errand.future.done() for errand in self._waiting):
            self.forget()
            remedy = "take a smaller one, or give its path to `workbench run`"
            self._refused(str(Refusal(f"a file that is read within {self._patience:g} s", "one that is not", remedy)))
            return True
        done = [errand for errand in self._waiting if errand.future.done()]
        self._waiting = [errand for errand in self._waiting if errand not in done]
        for errand in done:
            try:
                found = errand.future.result()
            except (Refusal, OSError) as error:
                self._refused(str(error))
            else:
                errand.told(found)
        return bool(done)

    def forget(self) -> None:
        """What has begun is finished and not told of, what waits is not done."""
        self._waiting = []
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None
