"""What is computed beside the run: it begins when a person asks, and anew when what it depends on has changed."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from typing import Any, Generic, TypeVar

from workbench import devices, jobs
from workbench.jobs import BackgroundTask, Status, TaskResult, Turn
from workbench.live.throttle import Throttle
from workbench.refusal import Refusal

Result = TypeVar("Result")
DEBOUNCE = 0.5  # seconds that a slider has to rest before what depends on it is computed anew
NONE: TaskResult = TaskResult(status=Status.CANCELLED)


class Visibility:
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


class Study(Generic[Result]):
    """One task at a time, in the thread of its device that gives way to runs; the next one ends the one before.

    `make` takes in what there is now and returns what the thread then calls; None where there is nothing to compute.
    `key` is what it depends on: a study that had begun begins anew once that has changed and rested. `result` is what
    the last `tick` took in; it is gone at the next `start`, or, where it `stays`, when the next result comes.
    """

    def __init__(
        self,
        device: Callable[[], str],
        make: Callable[[], Callable[[], Iterator[Result]] | None] = lambda: None,
        key: Callable[[], Hashable] = lambda: None,
        stays: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._device, self._make, self._key, self._stays, self._clock = device, make, key, stays, clock
        self._task: BackgroundTask[Result] | None = None
        self._visibility = Visibility()
        self._known, self._moved = key(), None
        self._of: Hashable = None
        self.result: Result | None = None
        self.mark: tuple[Hashable, ...] = ()  # another one whenever there is something new
        self._tasks = 0

    @property
    def latest(self) -> TaskResult[Result]:
        """What the task is doing and its newest result; cancelled where there is none."""
        return self._task.latest if self._task else NONE

    @property
    def status(self) -> Status:
        return self.latest.status

    @property
    def begun(self) -> bool:
        """Whether there is a task, going on or over."""
        return self._task is not None

    @property
    def idle(self) -> bool:
        """Whether nothing goes on."""
        return self.status not in (Status.RUNNING, Status.PAUSED)

    @property
    def current(self) -> Result | None:
        """The newest result, where what it depends on is as it was when it began; else None."""
        found = self.latest.result if self.latest.result is not None else self.result
        return found if self.begun and self._of == self._key() else None

    def start(self) -> None:
        """Begin with what there is now."""
        self._known = self._of = self._key()
        self.begin(self._make())

    def begin(self, make: Callable[[], Iterator[Result]] | None) -> None:
        """Begin with this; what was under way ends."""
        kept = self.result if self._stays else None
        self.forget()
        self.result = kept
        if make is not None:
            self._task = jobs.beside(str(devices.find(self._device()))).submit(BackgroundTask(make))

    def again(self) -> None:
        """Begin anew at once, if it had begun."""
        if self.begun:
            self.start()

    def touch(self) -> None:
        """Begin anew once this has not been called for a while, if it had begun."""
        if self.begun:
            self._moved = self._clock()

    def toggle(self) -> None:
        """Pause a task that runs, go on with one that is paused."""
        if self._task:
            self._task.pause() if self.status is Status.RUNNING else self._task.play()

    def cancel(self) -> None:
        """End the task; what it found stays."""
        if self._task:
            self._task.cancel()

    def forget(self) -> None:
        """End the task, and what it found is gone."""
        self.cancel()
        self._task, self.result, self._moved = None, None, None
        self._tasks += 1

    def show(self, seen: bool) -> None:
        """Wait while it is out of sight."""
        self._visibility.show(seen, self._task)

    def tick(self) -> bool:
        """Take in what is new, and begin anew when it is time; whether what it depends on has just changed."""
        key = self._key()
        changed, self._known = key != self._known, key
        if changed:
            self.touch()
        if self._moved is not None and self._clock() - self._moved > DEBOUNCE:
            self.start()
        latest = self.latest
        self.result = latest.result or self.result
        self.mark = (self._tasks, latest.version, key)
        return changed


class Studies(ABC):
    """All that one tab computes: its studies, and in `complaint` why the last wish could not be granted."""

    def __init__(self, *studies: Study[Any]) -> None:
        self.studies, self.complaint = studies, ""
        self._throttle = Throttle(self.set)
        self._seen: Hashable = None

    @property
    def small(self) -> bool:
        """Whether what a person sees first is over in a moment, so that nobody has to be asked."""
        return False

    @abstractmethod
    def set(self, path: str, value: Any) -> None:
        """Another value of a parameter."""

    def restore(self) -> None:
        """What can be set, as it was at first."""
        self.complaint = ""

    def ask(self, path: str, value: Any) -> None:
        """The same from a control that is being dragged: set now and then."""
        self._throttle.ask(path, value)

    def grant(self, make: Callable[[], Result]) -> Result | None:
        """What a person wishes for, made; None where that is refused, and the complaint says why."""
        try:
            made = make()
        except Refusal as sentence:
            self.complaint = str(sentence)
            return None
        self.complaint = ""
        return made

    def trouble(self, *studies: Study[Any]) -> str:
        """Why a wish could not be granted, or one of these studies, of all where none is named, has stopped."""
        return self.complaint or next((s.latest.message for s in studies or self.studies if s.latest.message), "")

    def cancel(self) -> None:
        """End all that goes on; what was found stays."""
        for study in self.studies:
            study.cancel()

    def show(self, seen: bool) -> None:
        """Wait while it is out of sight."""
        for study in self.studies:
            study.show(seen)

    def tick(self) -> bool:
        """Set what was asked for, take in what is new; whether there is something to draw."""
        self._throttle.flush()
        more = self._take([study for study in self.studies if study.tick()])
        seen = (*(study.mark for study in self.studies), self.complaint, more)
        fresh, self._seen = seen != self._seen, seen
        return fresh

    def _take(self, changed: list[Study[Any]]) -> Hashable:
        """Follow the studies; `changed` are those whose key has. What else is drawn, so that it is drawn when new."""
        return None
