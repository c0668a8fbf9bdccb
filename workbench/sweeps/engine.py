"""Cells in many processes of this machine, or on a Dask cluster: both are executors of the standard library."""

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from workbench import devices
from workbench.processes import pool
from workbench.refusal import Refusal
from workbench.sweeps.cell import CellOutcome, PackedCell, alone, packed
from workbench.sweeps.plan import Index, Plan

Work = Callable[[PackedCell], CellOutcome]
_DEATHS = 4  # of workers, after which a sweep ends: so many gives Dask to a task, too
_AHEAD = 4  # cells that wait at each worker


def outcomes(
    plan: Plan, cells: list[Index], scheduler: str | None, ended: Callable[[], bool], work: Work = alone
) -> Iterator[Mapping[Index, CellOutcome]]:
    """What the cells give, those that are finished together; no further ones are begun once `ended` answers true.

    `work` is what a worker does with a cell.
    """
    left = dict.fromkeys(cells)
    for death in range(_DEATHS):
        try:
            with _executor(scheduler, plan.job.device, len(left)) as crew:
                for finished in _through(crew, plan, list(left), ended, work):
                    for index in finished:
                        del left[index]
                    yield finished
            return
        except BrokenProcessPool as error:
            if death == _DEATHS - 1:
                guard = "put what a script of yours does under if __name__ == '__main__':"
                remedy = f"what is finished is kept; look for a lack of memory, or {guard} then run the same again"
                raise Refusal("workers that live", f"{_DEATHS} that were killed", remedy) from error
        except (CancelledError, OSError) as error:
            remedy = "what is finished is kept; start the cluster, then run the same again"
            raise Refusal("a cluster that answers", f"none at {scheduler} ({error})", remedy) from error


@dataclass(frozen=True)
class _Crew:
    """Workers, how many there are, and what pickles for them."""

    executor: Executor
    workers: int
    dumps: Callable[[Plan], bytes]


def _through(
    crew: _Crew, plan: Plan, cells: list[Index], ended: Callable[[], bool], work: Work
) -> Iterator[Mapping[Index, CellOutcome]]:
    todo, running = iter(cells), dict[Future, Index]()
    while True:
        while not ended() and len(running) < crew.workers * _AHEAD and (index := next(todo, None)) is not None:
            running[crew.executor.submit(work, packed(plan, index, crew.dumps))] = index
        if ended():
            running = {future: i for future, i in running.items() if not future.cancel()}
        if not running:
            return
        finished, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
        found, failure = dict[Index, CellOutcome](), None
        for future in finished:
            index = running.pop(future)
            try:
                found[index] = future.result()
            except (BrokenProcessPool, CancelledError, OSError) as error:  # what others have finished is kept first
                failure = error
        if found:
            yield found
        if failure is not None:
            raise failure


@contextmanager
def _executor(scheduler: str | None, device: str, most: int) -> Iterator[_Crew]:
    if scheduler is None:
        gpus = len(devices.available()) - 1 if device == "cuda" else 0
        workers = max(1, min(gpus or _cores(), most))
        with pool(workers, partial(_begin, _WorkerNumbers() if gpus else None)) as executor:
            yield _Crew(executor, workers, pickle.dumps)
        return
    try:
        from distributed import Client
        from distributed.protocol.pickle import dumps  # by value what a script defines
    except ModuleNotFoundError as error:
        remedy = 'pip install "inverse-workbench[sweep]"'
        raise Refusal("the package distributed for --scheduler", "an installation without it", remedy) from error
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        remedy = "start one with `dask scheduler`, or leave --scheduler out"
        raise Refusal("a Dask scheduler, such as tcp://host:8786", f"none at {scheduler}", remedy) from error
    with client, client.get_executor(pure=False) as executor:
        threads: Any = client.nthreads()  # typed as of the asynchronous client, too
        yield _Crew(executor, max(1, sum(threads.values())), dumps)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2


class _WorkerNumbers:
    """A number for each worker that asks, from 0 on."""

    def __init__(self) -> None:
        self._next = multiprocessing.get_context("spawn").Value("i", 0)

    def take(self) -> int:
        """The next one."""
        with self._next.get_lock():
            self._next.value += 1
            return self._next.value - 1


def _begin(numbers: _WorkerNumbers | None) -> None:
    """Ctrl-C is for the process that keeps the store: it lets the cells that run come to their end. One GPU each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if numbers is not None:
        devices.alone(numbers.take())
