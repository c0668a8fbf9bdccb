"""The 32 slices of the tilt series: one after another, as a sweep on two processes, and as one problem of 32 items.

`python -m benchmarks.slices --steps 200`. The sweep's seconds hold the start of its processes, its
reading and its store. On busy cores seconds say little: beside them is processor time, and from it what two free cores
would make of it, the longest of its processes and not the sum. Printed, not kept.
"""

import argparse
import os
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from workbench.example_scans import example
from workbench.experiment import Experiment
from workbench.parameters import changed
from workbench.run import run
from workbench.sweeps import plan, slices, swept


def one_by_one(job: Experiment) -> np.ndarray:
    """Each slice with its own data; the geometry is the same."""
    places = [place["source.variable"] for place in slices(job).choices]
    jobs = [changed(job, source=changed(job.source, variable=place)) for place in places]
    return np.concatenate([each.run().x.values for each in jobs])


def as_one_problem(job: Experiment, threads: int) -> np.ndarray:
    """All slices as items of one batch, whose iterations go side by side on that many threads."""
    places = [place["source.variable"] for place in slices(job).choices]
    y = torch.stack([changed(job.source, variable=place).loaded().tensor for place in places])
    torch.set_num_threads(threads)
    found = run(replace(job.problem(), y=y[:, None]), job.algorithm, steps=job.steps).x.values
    torch.set_num_threads(1)
    return found


def together(job: Experiment) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        found = swept(plan(job, {}, others=[slices(job)]), str(Path(folder, "volume.zarr")))
        return found.x.values[:, 0, 0]


def spent() -> tuple[float, float]:
    """Seconds of processor time of this process, and of those it has ended."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    here, there = (each.ru_utime + each.ru_stime for each in found)
    return here, there


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200)
    job = changed(example("tilt_series"), steps=parser.parse_args().steps)
    torch.set_num_threads(1)
    changed(job, steps=2).run()  # kernels are compiled
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {job.steps} steps a slice")
    begin, first = time.perf_counter(), spent()
    alone = one_by_one(job)
    middle, second = time.perf_counter(), spent()
    both = together(job)
    end, third = time.perf_counter(), spent()
    batches = {}
    for threads in (1, 2):
        begun, before = time.perf_counter(), sum(spent())
        whole = as_one_problem(job, threads)
        batches[threads] = time.perf_counter() - begun, sum(spent()) - before
    far = max(float(np.abs(alone - each).max() / alone.max()) for each in (both, whole))
    print(
        f"one by one {middle - begin:.1f} s, as a sweep {end - middle:.1f} s: {(middle - begin) / (end - middle):.2f}"
    )
    one, here, workers = second[0] - first[0], third[0] - second[0], third[1] - second[1]
    print(
        f"processor time: one by one {one:.1f} s; as a sweep {here:.1f} s here, {workers:.1f} s in two workers with "
        f"their start: {one / (here + workers / 2):.2f} on two free cores where this process waits for no one"
    )
    for threads, (seconds, processor) in batches.items():
        print(
            f"as one problem on {threads} threads {seconds:.1f} s, {(middle - begin) / seconds:.2f}; "
            f"processor time {processor:.1f} s, {one / processor:.2f}"
        )
    print(f"largest difference of the volumes, over their maximum: {far:.1g}")


if __name__ == "__main__":
    main()
