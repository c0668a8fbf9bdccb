"""Seconds and memory against the size of a problem: image side, views, batch, samples; the exponent of each line.

`python -m benchmarks.scaling --threads 1`. Every point is measured in a fresh process; on Linux, which knows peaks.
"""

import ctypes
import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.common import arguments, between, interleaved, publish, summary, table
from workbench.algorithms import PDHG
from workbench.analysis.information import KSG, KDEUpper
from workbench.analysis.information.tasks import BivariateNormal
from workbench.kernels import tv
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Radon
from workbench.priors import TotalVariation
from workbench.problem import Problem
from workbench.run import iterate
from workbench.tensors import generator, normal_like

STEPS, VIEWS, AXES = 20, 60, 10
UPPER = 4  # points of a line that its exponent is fitted to, the largest
HEAD = ("size", "median ms", "quartiles", "MB")
Call = Callable[[], Any]


@dataclass(frozen=True)
class Line:
    """A call for each size of something, and the sizes."""

    of: str
    sizes: tuple[int, ...]
    make: Callable[[int], Call]


def prox(batch: int, side: int) -> Call:
    x, t = normal_like(torch.empty(batch, 1, side, side), generator(0, 0)), torch.full((batch,), 0.1)
    return lambda: tv.tv_solve(x, t, tolerance=0.0, iterations=STEPS)


def projections(batch: int, side: int, views: int) -> Call:
    operator, x = Radon((1, side, side), views), normal_like(torch.empty(batch, 1, side, side), generator(0, 0))
    return lambda: operator.adjoint(operator(x))


def deblurring(side: int) -> Call:
    x = normal_like(torch.empty(1, 1, side, side), generator(0, 0))
    problem = Problem.simulate(GaussianBlur((1, side, side), 2.0), Gaussian(0.02), TotalVariation(15.0), x)
    return lambda: deque(islice(iterate(problem, PDHG()), STEPS + 1), maxlen=1)


def similarities(samples: int) -> Call:
    layer = normal_like(torch.empty(samples, AXES, dtype=torch.float64), generator(0, 0)).tanh()
    return lambda: KDEUpper().entropy(KDEUpper().code(layer))


def neighbours(samples: int) -> Call:
    u, v = BivariateNormal(0.9, 3).sample(samples)
    return lambda: KSG()(u, v)


_SIDES, _BATCHES = (64, 128, 256, 512, 1024), (1, 2, 4, 8, 16, 32)
_SAMPLES = (500, 1000, 2000, 4000, 8000, 16_000)
LINES = {
    f"TV prox, {STEPS} dual steps": Line("side", _SIDES, lambda side: prox(1, side)),
    f"Radon of {VIEWS} views and its transpose": Line("side", _SIDES, lambda side: projections(1, side, VIEWS)),
    f"TV deblurring, {STEPS} steps of PDHG": Line("side", _SIDES, deblurring),
    "Radon and its transpose, 256 x 256": Line(
        "views", (15, 30, 60, 120, 240, 480), lambda views: projections(1, 256, views)
    ),
    f"TV prox, {STEPS} dual steps, 128 x 128": Line("batch", _BATCHES, lambda batch: prox(batch, 128)),
    f"Radon of {VIEWS} views and its transpose, 128 x 128": Line(
        "batch", _BATCHES, lambda batch: projections(batch, 128, VIEWS)
    ),
    f"KDE bound of the entropy, {AXES} dimensions": Line("samples", _SAMPLES, similarities),
    "KSG, 3 + 3 dimensions": Line("samples", _SAMPLES, neighbours),
}


def point(name: str, size: int, repetitions: int, threads: int) -> dict[str, Any]:
    """Milliseconds of a call, and how many bytes its process held beyond what it held before, at the most."""
    torch.set_num_threads(threads)
    line = LINES[name]
    with torch.no_grad():
        line.make(line.sizes[0])()  # compiled code and libraries are loaded
        call = line.make(size)
        held = peak(call)
        times = interleaved({"call": call}, repetitions)["call"]
    return {"size": size, "ms": summary(times, 1e3), "bytes": held}


def peak(call: Call) -> int:
    """The most bytes in memory during a call beyond those before it, by the kernel's own count."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    # Not getrusage: its peak is that of the parent where that was larger. This sets the peak to what is held now.
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    call()
    return max(0, _status("VmHWM") - before)


def _status(what: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return 1024 * int(line.split()[1])


def exponent(sizes: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """The slope of ln(value) over ln(size) by least squares over the largest sizes, and its R^2."""
    x, y = np.log(sizes[-UPPER:]), np.log(values[-UPPER:])
    slope, offset = np.polyfit(x, y, 1)
    spread = float(((y - y.mean()) ** 2).sum())
    return float(slope), 1 - float(((y - slope * x - offset) ** 2).sum()) / spread if spread else 1.0


def fitted(points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The exponents of time and of memory; None of memory too small to be told from nothing."""
    sizes = [p["size"] for p in points]
    found: dict[str, Any] = {"time": exponent(sizes, [p["ms"]["median"] for p in points]), "memory": None}
    held = [p["bytes"] for p in points]
    if min(held[-UPPER:]) > 0:
        found["memory"] = exponent(sizes, held)
    return found


def described(name: str, points: Sequence[dict[str, Any]]) -> str:
    rows = [(p["size"], p["ms"]["median"], between(p["ms"]), p["bytes"] / 1e6) for p in points]
    words = [
        f"{what}: none fitted" if fit is None else f"{what} ~ {LINES[name].of}^{fit[0]:.2f} (R^2 {fit[1]:.3f})"
        for what, fit in fitted(points).items()
    ]
    return f"## {name}, against {LINES[name].of}\n\n{table(HEAD, rows)}\n\n{'; '.join(words)}."


def main() -> None:
    given = arguments(__doc__, repetitions=9)
    fresh = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1)
    with fresh:
        waiting = {
            name: [fresh.submit(point, name, size, given.repetitions, given.threads) for size in line.sizes]
            for name, line in LINES.items()
        }
        found = {name: [future.result() for future in futures] for name, futures in waiting.items()}
    notes = (
        f"Images in single precision, samples in double. Every point in a process of its own, which made a call of the "
        "line's least size first: the median of its calls, and the most memory that the first call at that size held "
        "beyond what was held before it, inputs included there (VmHWM, Linux, whole pages). Exponents are slopes of "
        f"straight lines through the {UPPER} largest sizes, both axes logarithmic."
    )
    texts = [described(name, points) for name, points in found.items()]
    lines = {name: {"points": points, "exponents": fitted(points)} for name, points in found.items()}
    publish("scaling", lines, notes, *texts)


if __name__ == "__main__":
    main()
