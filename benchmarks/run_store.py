"""A folder of many kept runs: listed, filtered, sorted, and after one run was added, changed or tagged.

`python -m benchmarks.run_store --runs 10000`. Printed, not kept. The runs are copies of one real run of 16 x 16 pixels
and 3 iterations whose description (weight, seed, prior) and last PSNR are rewritten with h5py: real files, each read
by the code that reads any other. Their index is made by listing the folder once, which is timed, too.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import h5py
import numpy as np

from benchmarks.common import arguments
from workbench import run_folder
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.operators import GaussianBlur
from workbench.run_folder import Query

PRIORS = ("TotalVariation", "Tikhonov", "Wavelet", "Huber")


def made(folder: Path, count: int) -> None:
    """So many runs that differ in weight, seed, prior and PSNR."""
    first = folder / "run.nc"
    Experiment(Shipped("shepp_logan", 16), GaussianBlur((1, 16, 16)), steps=3).run(out=first)
    for number in range(count):
        path = folder / f"20261129-{number:06d}-GaussianBlur-ADMM.nc"
        shutil.copyfile(first, path)
        with h5py.File(path, "r+") as file:
            spec = json.loads(file.attrs["spec"])
            spec["seed"], spec["prior"]["weight"] = number, float(f"{10 ** (number % 97 / 32):.4g}")
            spec["prior"]["type"] = f"priors.{PRIORS[number % len(PRIORS)]}"
            file.attrs["spec"] = json.dumps(spec)
            file["psnr"][-1] = 20 + 10 * np.sin(number)
    first.unlink()


def timed(ask: Callable[[], object], repetitions: int) -> float:
    """The median time of so many calls, in ms."""
    times = []
    for _ in range(repetitions):
        begin = time.perf_counter()
        ask()
        times.append(1e3 * (time.perf_counter() - begin))
    return median(times)


def command(*words: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-m", "workbench", *words], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    found = arguments(__doc__, 15, runs=10000)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
        folder = Path(place)
        made(folder, found.runs)
        begin = time.perf_counter()
        listed = run_folder.summaries(folder)
        print(f"{len(listed)} runs, indexed in {time.perf_counter() - begin:.1f} s")
        print(f"index of {(folder / '.index.sqlite').stat().st_size / len(listed):.0f} bytes a run")
        name = listed[len(listed) // 2].name
        path = run_folder.path_of(name, folder)

        def asked(**given: object) -> Callable[[], object]:
            return lambda: run_folder.summaries(folder, Query(**given))

        asks = {
            "list": asked(),
            "list by psnr": asked(order="psnr"),
            "filter, 1 run (seed=77)": asked(where={"seed": "77"}),
            "filter, 1 in 97 (prior.weight=1e1)": asked(where={"prior.weight": "1e1"}),
            "filter, 1 in 4 (prior=Wavelet)": asked(where={"prior": "Wavelet"}),
            "filter, two conditions": asked(where={"prior": "Tikhonov", "prior.weight": "10"}),
            "filter by a word": asked(words=("blur",)),
            "one run tagged, then list": lambda: (run_folder.tag(path, note=str(time.perf_counter())), asked()()),
            "one run written again, then list": lambda: (path.touch(), asked()()),
            "thumbnails of 25": lambda: run_folder.thumbnails(folder, [run.name for run in listed[:25]]),
        }
        asks["thumbnails of 25"]()
        for words, ask in asks.items():
            print(f"{words}: {timed(ask, found.repetitions):.1f} ms")
        few = max(3, found.repetitions // 3)
        print(f"start of the process (workbench --version): {timed(command('--version'), few):.0f} ms")
        for words in (("list",), ("list", "--where", "prior.weight=10"), ("list", "--json")):
            line = ("runs", *words, "--folder", place)
            print(f"workbench runs {' '.join(words)}: {timed(command(*line), few):.0f} ms, its start included")


if __name__ == "__main__":
    main()
