"""Work on files for one page, in a thread of its own: the loop that serves all pages waits for no disk."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from workbench.refusal import Refusal

Found = TypeVar("Found")


class Errands:
    """Done one after another; what one finds is told at the next `tick`, in the thread of the page.

    `refused` hears the sentence of one that could not be done.
    """

    def __init__(self, refused: Callable[[str], None]) -> None:
        self._refused = refused
        self._thread: ThreadPoolExecutor | None = None
        self._waiting: list[tuple[Future[Any], Callable[[Any], None]]] = []

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._waiting

    def do(self, work: Callable[[], Found], told: Callable[[Found], None]) -> None:
        """Do the work, and tell what came of it."""
        self._thread = self._thread or ThreadPoolExecutor(1, "runs of a page")
        self._waiting.append((self._thread.submit(work), told))

    def tick(self) -> bool:
        """Tell of what is done; whether there was anything."""
        done = [item for item in self._waiting if item[0].done()]
        self._waiting = [item for item in self._waiting if item not in done]
        for future, told in done:
            try:
                found = future.result()
            except (Refusal, OSError) as error:
                self._refused(str(error))
            else:
                told(found)
        return bool(done)

    def close(self) -> None:
        """What has begun is finished, what waits is not done."""
        self._waiting = []
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None
