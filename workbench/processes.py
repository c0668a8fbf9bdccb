"""Pools of processes that end with the process that began them, also where that one is killed without warning."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.process import BaseProcess


def pool(workers: int, begin: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """So many fresh processes, each of which calls `begin` first and ends as soon as its parent is gone.

    A worker of the standard library waits for tasks at a queue of which it holds both ends, so that it waits for ever
    after kill -9 of its parent. The processes are spawned, not forked: `begin` must be importable.
    """
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=spawn, initializer=_begin, initargs=(begin,))


def _begin(begin: Callable[[], None] | None) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if begin is not None:
        begin()


def _end_with(parent: BaseProcess) -> None:
    """Leave at once: nobody is left to take a result, and a task may run for hours."""
    parent.join()
    os._exit(1)
