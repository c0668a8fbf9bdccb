"""The threads that own the iterators of a device: one for the runs, and one that gives way for what goes on beside."""

import atexit
import os
import sys
import threading
import time
from typing import TypeVar

from workbench.jobs.right_of_way import PAGES
from workbench.jobs.turn import Status, Turn

Work = TypeVar("Work", bound=Turn)


ENDING = 20.0  # seconds that the end of a process waits for the pieces of work under way
BESIDE = 10  # how nice the thread is that gives way: beside a run it gets a tenth of a core, and an idle one whole


class Runner:
    """A thread that owns iterators and gives each its turn; `nice` as for processes, where threads may be."""

    def __init__(self, name: str, nice: int = 0) -> None:
        self._jobs: list[Turn] = []
        self._nice = nice
        self._change = threading.Condition()
        self._stop = self._asked = self._leave = False
        self._name = name
        self._thread = self._started()

    def submit(self, job: Work) -> Work:
        """Take work in; a run waits, paused, for `play` or `step`."""
        job.attach(self._notify)
        with self._change:
            self._jobs.append(job)
            self._leave = False
            if self._stop:
                self._stop = False  # first: the new thread reads it
                self._thread = self._started()
        self._notify()
        return job

    def _started(self) -> threading.Thread:
        thread = threading.Thread(target=self._loop, name=f"runner {self._name}", daemon=True)
        thread.start()
        return thread

    @property
    def jobs(self) -> int:
        """How many jobs are not over."""
        return len(self._jobs)

    @property
    def alive(self) -> bool:
        """Whether its thread is there, or has nothing to do; else an error has ended it."""
        return self._thread.is_alive() or self._stop

    @property
    def statuses(self) -> tuple[Status, ...]:
        """What each of the jobs does that are not over."""
        return tuple(job.status for job in self._jobs)

    def cancel(self) -> None:
        """Cancel every job, and let the thread end after the piece of work under way."""
        for job in list(self._jobs):
            job.cancel()
        self._stop = True
        self._notify()

    def close(self, timeout: float = 2.0) -> None:
        """Cancel every job and wait for the end of the thread."""
        self.cancel()
        self._thread.join(timeout)

    def rest(self, timeout: float = 2.0) -> None:
        """Let the thread end with its last job, and wait for it where all are over; new work starts another."""
        with self._change:
            self._leave, over = True, all(job.status is Status.CANCELLED for job in self._jobs)
        self._notify()
        if over:
            self._thread.join(timeout)

    def _notify(self) -> None:
        with self._change:
            self._asked = True
            self._change.notify()

    def _loop(self) -> None:
        if self._nice and sys.platform == "linux":  # elsewhere a thread is no nicer than its process
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._nice)
        while not self._stop:
            self._turns()
            if self._rest():
                return

    def _turns(self) -> None:
        """A turn for each; nothing here outlives it, or the last job that was would be kept while there is no other."""
        with self._change:
            self._asked = False
            jobs = list(self._jobs)
        for job in jobs:
            job.obey()
            if job.due(time.perf_counter()) == 0:
                PAGES.wait()
                job.run_slice()

    def _rest(self) -> bool:
        """Forget the jobs that are over, and wait until one is due or somebody asks; whether the thread ends."""
        with self._change:
            self._jobs = [j for j in self._jobs if j.status is not Status.CANCELLED]
            if self._leave and not self._jobs:
                self._stop = True
                return True
            now = time.perf_counter()
            waits = [wait for j in self._jobs if (wait := j.due(now)) is not None]
            if not self._asked and not self._stop and 0.0 not in waits:
                self._change.wait(min(waits, default=None))
        return False


_RUNNERS: dict[str, Runner] = {}
_LOCK = threading.Lock()


def runner(device: str) -> Runner:
    """The runner of a device's runs, started when first asked for."""
    return _started(device, 0)


def beside(device: str) -> Runner:
    """The runner of studies and trainings on a device: however long a piece of their work is, no run waits for it."""
    return _started(f"{device}, beside", BESIDE)


def _started(name: str, nice: int) -> Runner:
    with _LOCK:
        if name not in _RUNNERS:
            if not _RUNNERS:
                atexit.register(close_all)  # a thread that is still solving while Python ends aborts the process
            _RUNNERS[name] = Runner(name, nice)
        return _RUNNERS[name]


def alive() -> bool:
    """Whether every thread that should compute is there."""
    with _LOCK:
        return all(each.alive for each in _RUNNERS.values())


def statuses() -> dict[str, tuple[Status, ...]]:
    """What the jobs of every runner do, by its name."""
    with _LOCK:
        return {name: each.statuses for name, each in _RUNNERS.items()}


def rest_all() -> None:
    """End the threads of the devices that have nothing to do."""
    with _LOCK:
        for each in _RUNNERS.values():
            each.rest()


def close_all() -> None:
    """Cancel every job of every device: the process is about to end. A start or a bound may take seconds to leave."""
    last = time.monotonic() + ENDING
    with _LOCK:
        for each in _RUNNERS.values():
            each.cancel()
        for each in _RUNNERS.values():
            each.close(max(0.0, last - time.monotonic()))
        _RUNNERS.clear()
