"""A sweep of short cells against the same cells one after another, and against `workbench run` for each.

`python -m benchmarks.sweeps [cells]`. The store is written in both. Of `workbench run` three are timed and multiplied.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.operators import GaussianBlur
from workbench.sweeps import plan, swept
from workbench.sweeps.cell import cell
from workbench.sweeps.store import Store

SIDE, STEPS, CELLS, STARTED = 64, 30, 500, 3


def main() -> None:
    torch.set_num_threads(1)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CELLS
    job = Experiment(Shipped("camera", SIDE), GaussianBlur((1, SIDE, SIDE), 1.0), steps=STEPS)
    made = plan(job, {"prior.weight": [1.0 + i / 10 for i in range(count)]})
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        store = Store(made, Path(folder) / "one.zarr")
        kept = 0.0
        for index in list(store.pending()):
            outcome = cell(made, index)
            before = time.perf_counter()
            store.write({index: outcome})
            kept += time.perf_counter() - before
        one = time.perf_counter() - begin
        begin = time.perf_counter()
        found = swept(made, Path(folder) / "many.zarr")
        many = time.perf_counter() - begin
        done = int((found.status == 1).sum())  # while the store is there
    words = ["--truth", "camera", "--size", str(SIDE), "--operator", "GaussianBlur", "--steps", str(STEPS), "--json"]
    begin = time.perf_counter()
    for _ in range(STARTED):
        subprocess.run([sys.executable, "-m", "workbench", "run", *words], check=True, stdout=subprocess.DEVNULL)
    each = (time.perf_counter() - begin) / STARTED * count
    print(f"{done} of {count} cells done; the store takes {1e3 * kept / count:.1f} ms a cell")
    print(f"one after another {one:.1f} s, sweep {many:.1f} s: {one / many:.2f} times as fast")
    print(f"`workbench run` for each {each:.0f} s: {each / many:.1f} times as fast")


if __name__ == "__main__":
    main()
