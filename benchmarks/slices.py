"""The 32 slices of the tilt series: one after another in this process, and as a sweep on two processes.

`python -m benchmarks.slices --steps 200`. The sweep's seconds hold the start of its processes, its
reading and its store. On busy cores seconds say little: beside them is processor time, and from it what two free cores
would make of it, the longest of its processes and not the sum. Printed, not kept.
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from workbench.example_scans import example
from workbench.experiment import Experiment
from workbench.parameters import changed
from workbench.sweeps import plan, slices, swept


def one_by_one(job: Experiment) -> np.ndarray:
    """Each slice with its own data; the geometry is the same."""
    places = [place["source.variable"] for place in slices(job).choices]
    jobs = [changed(job, source=changed(job.source, variable=place)) for place in places]
    return np.concatenate([each.run().x.values for each in jobs])


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
    far = float(np.abs(alone - both).max() / alone.max())
    print(
        f"one by one {middle - begin:.1f} s, as a sweep {end - middle:.1f} s: {(middle - begin) / (end - middle):.2f}"
    )
    one, here, workers = second[0] - first[0], third[0] - second[0], third[1] - second[1]
    print(
        f"processor time: one by one {one:.1f} s; as a sweep {here:.1f} s here, {workers:.1f} s in two workers with "
        f"their start: {one / (here + workers / 2):.2f} on two free cores where this process waits for no one"
    )
    print(f"largest difference of the volumes, over their maximum: {far:.1g}")


if __name__ == "__main__":
    main()
