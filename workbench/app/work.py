"""A piece of work beside the run: it begins when a person asks, and waits while nobody sees it."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from workbench import devices, jobs
from workbench.jobs import Outcome, Status, Task, Turn

Result = TypeVar("Result")
NONE: Outcome = Outcome(status=Status.CANCELLED)


class Work(Generic[Result]):
    """One task at a time, in the thread of its device that gives way to runs; the next one ends the one before."""

    def __init__(self) -> None:
        self._task: Task[Result] | None = None
        self._sight = Sight()

    @property
    def latest(self) -> Outcome[Result]:
        """What the task is doing and its newest result; cancelled where there is none."""
        return self._task.latest if self._task else NONE

    @property
    def begun(self) -> bool:
        """Whether there is a task, going on or over."""
        return self._task is not None

    @property
    def mark(self) -> tuple[int, int]:
        """Another one whenever there is something new."""
        return id(self._task), self.latest.version

    def start(self, device: str, make: Callable[[], Iterator[Result]]) -> None:
        """Begin with this; what was under way ends."""
        self.cancel()
        self._task = jobs.beside(str(devices.find(device))).submit(Task(make))

    def toggle(self) -> None:
        """Pause a task that runs, go on with one that is paused."""
        if self._task:
            self._task.pause() if self.latest.status is Status.RUNNING else self._task.play()

    def cancel(self) -> None:
        """End the task; what it found stays."""
        if self._task:
            self._task.cancel()

    def forget(self) -> None:
        """End the task, and what it found is gone."""
        self.cancel()
        self._task = None

    def show(self, seen: bool) -> None:
        """Wait while it is out of sight."""
        self._sight.show(seen, self._task)


class Sight:
    """Pauses what runs while nobody sees it, and lets that go on when it is back in sight."""

    def __init__(self) -> None:
        self._waiting: list[Turn] = []

    def show(self, seen: bool, *works: Turn | None) -> None:
        if seen:
            for work in self._waiting:
                work.play()
            self._waiting = []
        for work in works:
            if not seen and work is not None and work.status is Status.RUNNING:
                work.pause()
                self._waiting.append(work)
