"""An analysis that sharpens: an iterator of results that can be paused, resumed and cancelled."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import torch

from workbench.jobs.turn import SLICE, Status, Turn, in_words

Result = TypeVar("Result")


@dataclass(frozen=True)
class TaskResult(Generic[Result]):
    """The newest result, None before the first, and the seconds of work it took."""

    version: int = 0
    status: Status = Status.RUNNING
    result: Result | None = None
    seconds: float = 0.0
    message: str = ""


class BackgroundTask(Turn, Generic[Result]):
    """Results from `make()`, which is called on the runner's thread."""

    def __init__(self, make: Callable[[], Iterator[Result]]) -> None:
        super().__init__()
        self._make, self._results = make, None
        self.latest: TaskResult[Result] = TaskResult()

    def play(self) -> None:
        """Go on after a pause."""
        self._ask(lambda: self._turn(Status.PAUSED, Status.RUNNING))

    def pause(self) -> None:
        """Stop after the piece of work under way."""
        self._ask(lambda: self._turn(Status.RUNNING, Status.PAUSED))

    def cancel(self) -> None:
        self._ask(lambda: self._publish(status=Status.CANCELLED))

    @property
    def status(self) -> Status:
        return self.latest.status

    def due(self, now: float) -> float | None:
        return 0.0 if self.latest.status is Status.RUNNING else None

    def run_slice(self) -> None:
        begin, found, status = time.perf_counter(), self.latest.result, Status.RUNNING
        try:
            with torch.no_grad():
                self._results = self._make() if self._results is None else self._results
                while time.perf_counter() < begin + SLICE:
                    new = next(self._results, None)
                    if new is None:
                        status = Status.DONE
                        break
                    found = new
        except Exception as error:
            self._publish(status=Status.FAILED, message=in_words(error))
            return
        self._publish(status=status, result=found, seconds=self.latest.seconds + time.perf_counter() - begin)

    def _turn(self, old: Status, new: Status) -> None:
        if self.latest.status is old:
            self._publish(status=new)

    def _publish(self, **news: object) -> None:
        self.latest = replace(self.latest, version=self.latest.version + 1, **news)
