"""What scheduler and store cost a cell with a hundred workers, and a cluster that loses a worker.

`python -m benchmarks.sweep_workers [workers] [cells]`. The workers are threads of one process whose cells sleep, as
those of another machine do for this one; so all that is not sleep is the cost of the scheduler and the store. Then
500 short cells on a local cluster of two processes, one of which is killed with -9.
"""

import os
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from distributed import LocalCluster

from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.operators import GaussianBlur, Identity
from workbench.sweeps import engine, plan
from workbench.sweeps.cell import CellOutcome, PackedCell
from workbench.sweeps.store import Store

WORKERS, CELLS, KILLED = 100, 2000, 500
PICTURE = np.zeros((1, 1, 64, 64), np.float32)
SLEEPS = (8.0, 4.0, 2.0, 1.0, 0.5)
_THREADS = {"processes": False, "dashboard_address": None}


def asleep(seconds: float, given: PackedCell) -> CellOutcome:
    """A cell that another machine works on."""
    time.sleep(seconds)
    return CellOutcome({"psnr": 30.0, "iterations": 1.0, "seconds": seconds}, PICTURE, dims=(*"bcyx",))


def slept(workers: int, cells: int, seconds: float) -> tuple[float, float]:
    """Seconds that a sweep took, and the share of them in which the store wrote."""
    job = Experiment(Shipped("camera", 64), Identity((1, 64, 64)), steps=1)
    made = plan(job, {"prior.weight": [1.0 + i / 10 for i in range(cells)]})
    written = 0.0
    with (
        tempfile.TemporaryDirectory() as folder,
        # Without limits: workers of one process each hold its whole memory against their share, and pause.
        LocalCluster(n_workers=workers, threads_per_worker=1, memory_limit=None, **_THREADS) as cluster,
    ):
        store = Store(made, Path(folder) / "s.zarr")
        begin = time.perf_counter()
        todo, work = list(store.pending()), partial(asleep, seconds)
        for finished in engine.outcomes(made, todo, cluster.scheduler_address, lambda: False, work):
            before = time.perf_counter()
            store.write(finished)
            written += time.perf_counter() - before
        return time.perf_counter() - begin, written


def killed(cells: int) -> None:
    """A sweep on two processes of which one is killed once a fifth of the cells is done."""
    job = Experiment(Shipped("camera", 64), GaussianBlur((1, 64, 64), 1.0), steps=30)
    made = plan(job, {"prior.weight": [1.0 + i / 10 for i in range(cells)]})
    seen: list[tuple[int, ...]] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
    ):
        store = Store(made, Path(folder) / "s.zarr")
        begin = time.perf_counter()
        victim = cluster.workers[0].pid
        for finished in engine.outcomes(made, list(store.pending()), cluster.scheduler_address, lambda: False):
            store.write(finished)
            if len(seen) < cells // 5 <= len(seen) + len(finished):
                os.kill(victim, signal.SIGKILL)
            seen.extend(finished)
        spent = time.perf_counter() - begin
        done = int((store.dataset().status == 1).sum())
    print(f"one of two workers killed: {done} of {cells} cells done, {len(seen) - len(set(seen))} twice, {spent:.0f} s")


def main() -> None:
    torch.set_num_threads(1)
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else WORKERS
    most = int(sys.argv[2]) if len(sys.argv) > 2 else CELLS
    print(f"{workers} workers; what is not sleep is the cost of a cell where the workers wait for it")
    for seconds in SLEEPS:
        cells = min(most, max(5 * workers, int(60 * workers / seconds)))
        took, written = slept(workers, cells, seconds)
        ideal = seconds * -(-cells // workers)
        print(
            f"cells of {seconds:g} s: {cells} in {took:.1f} s, {100 * ideal / took:.0f} % of the workers' time; "
            f"{1e3 * (took - ideal) / cells:.1f} ms a cell, the store's part {1e3 * written / cells:.1f} ms"
        )
    killed(KILLED)


if __name__ == "__main__":
    main()
