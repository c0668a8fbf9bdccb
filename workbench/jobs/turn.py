"""Work that takes turns on a device, asked from any thread and obedient between two pieces of it."""

import logging
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import StrEnum

import torch

from workbench import memory
from workbench.refusal import Refusal

SLICE = 0.05  # seconds of work between two looks at the others
LOGGER = logging.getLogger(__name__)


class Status(StrEnum):
    """What a job is doing."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    DIVERGED = "diverged"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Turn(ABC):
    """Work under a Runner. Every public verb may be called from any thread and returns at once.

    It publishes frozen looks at itself; the latest wins.
    """

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake: Callable[[], None] = lambda: None
        self._asking = threading.Lock()
        self.asked = self._heard = 0  # wishes so far, and those carried out

    @property
    @abstractmethod
    def status(self) -> Status:
        """That of the latest look."""

    @abstractmethod
    def due(self, now: float) -> float | None:
        """Seconds until the next piece may start; None when the work waits for a person."""

    @abstractmethod
    def run_slice(self) -> None:
        """Work for a slice of time, or until somebody asks for something."""

    @abstractmethod
    def play(self) -> None:
        """Go on after a pause."""

    @abstractmethod
    def pause(self) -> None:
        """Stop after the piece of work under way."""

    @abstractmethod
    def cancel(self) -> None:
        """End the work; what it reached stays in `latest`."""

    def attach(self, wake: Callable[[], None]) -> None:
        """Let a runner hear of what is asked."""
        self._wake = wake

    def obey(self) -> None:
        """Carry out what was asked since the last piece of work."""
        while not self._inbox.empty():
            command = self._inbox.get()
            try:
                command()
            finally:
                self._heard += 1  # what is published in the middle of a command does not tell of it yet

    def _ask(self, command: Callable[[], None]) -> None:
        with self._asking:
            self._inbox.put(command)
            self.asked += 1
        self._wake()


def in_words(error: Exception) -> str:
    """Why work has failed. A bug must not take the other people's runs down with it: it is logged and shown."""
    if isinstance(error, Refusal):
        return str(error)
    if memory.exhausted(error):
        return str(memory.refusal(error, "this work", "cuda" if isinstance(error, torch.OutOfMemoryError) else "cpu"))
    LOGGER.exception("a run failed")
    return f"{type(error).__name__}: {error}"
