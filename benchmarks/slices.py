"""The 32 slices of the tilt series: one after another in this process, and as a sweep on two processes.

`python -m benchmarks.slices --steps 200`. The sweep's seconds hold the start of its processes, its
reading and its store. Printed, not kept.
"""

import argparse
import os
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200)
    job = changed(example("tilt_series"), steps=parser.parse_args().steps)
    torch.set_num_threads(1)
    changed(job, steps=2).run()  # kernels are compiled
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {job.steps} steps a slice")
    begin = time.perf_counter()
    alone = one_by_one(job)
    middle = time.perf_counter()
    both = together(job)
    end = time.perf_counter()
    far = float(np.abs(alone - both).max() / alone.max())
    print(
        f"one by one {middle - begin:.1f} s, as a sweep {end - middle:.1f} s: {(middle - begin) / (end - middle):.2f}"
    )
    print(f"largest difference of the volumes, over their maximum: {far:.1g}")


if __name__ == "__main__":
    main()
