"""Large pictures on defaults: seconds and peak memory of TV denoising up to 2048 px and of one large TV tomography.

`python -m benchmarks.large --threads 1 --repetitions 3`; `--tomography 1` measures 1024 x 1024 with 720 views instead,
in some six minutes of processor time. Seconds are of processor time; every point has a process of its own, in which a
small problem was solved before, so that compiled code is there.
"""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.common import arguments, between, publish, summary, table
from benchmarks.scaling import _status
from workbench.algorithms.choice import suited
from workbench.data import truth
from workbench.kernels import tv as kernel
from workbench.noise import Gaussian
from workbench.operators import Identity, Radon
from workbench.priors import TotalVariation
from workbench.problem import Problem
from workbench.run import iterate

SIDES, GAP, VIEWS, LARGE = (256, 512, 1024, 2048), 1e-3, 720, 1024
ENOUGH, LOOKS = 300.0, 60  # seconds of the tomography, and its steps
WEIGHT, SIGMA = 5.0, 0.1


def denoising(side: int, repetitions: int, threads: int) -> dict[str, Any]:
    """The default method's first step, which is the answer; and the steps of the prox to a gap of 1e-3."""
    torch.set_num_threads(threads)
    times = []
    with torch.no_grad():
        _solved(_noisy(64))
        problem = _noisy(side)
        held = _held()
        for _ in range(repetitions):
            begin = time.process_time()
            _solved(problem)
            times.append(time.process_time() - begin)
        peak = _status("VmHWM") - held
        t = torch.full((1,), WEIGHT * SIGMA**2)
        found = kernel.tv_solve(problem.y, t, tolerance=GAP, iterations=10_000)
        begin = time.process_time()
        kernel.tv_solve(problem.y, t, tolerance=GAP, iterations=10_000)
        prox = time.process_time() - begin
    both = 2 * problem.y.nbytes
    return {
        "side": side,
        "seconds": summary(times),
        "peak": peak + both,
        "times": (peak + both) / both,
        "prox": prox,
        "steps": int(found.iterations),
    }


def tomography(side: int, views: int, threads: int) -> dict[str, Any]:
    """The default method until the time is spent; the objective is looked at outside the clock."""
    torch.set_num_threads(threads)
    with torch.no_grad():
        list(islice(iterate(small := _scan(64, 60), suited(small).algorithm), 2))
        problem = _scan(side, views)
        chosen, held, seconds, rows = suited(problem), _held(), 0.0, []
        begin = time.process_time()
        for state in islice(iterate(problem, chosen.algorithm), LOOKS + 1):
            seconds += time.process_time() - begin
            rows.append((state.k, seconds, float(problem.objective(state.x))))
            if seconds > ENOUGH:
                break
            begin = time.process_time()
    both = 4 * side * side + problem.y.nbytes
    peak = _status("VmHWM") - held + both
    return {"method": type(chosen.algorithm).__name__, "rows": rows, "peak": peak, "times": peak / both, "both": both}


def _noisy(side: int) -> Problem:
    x = truth("camera", side).reshape(1, 1, side, side).float()
    return Problem.simulate(Identity((1, side, side)), Gaussian(SIGMA), TotalVariation(WEIGHT), x)


def _scan(side: int, views: int) -> Problem:
    x, operator = truth("shepp_logan", side).reshape(1, 1, side, side).float(), Radon((1, side, side), views)
    return Problem.simulate(operator, Gaussian(0.02 * float(operator(x).max())), TotalVariation(100.0), x)


def _solved(problem: Problem) -> None:
    list(islice(iterate(problem, suited(problem).algorithm), 2))


def _held() -> int:
    """Sets the peak to what is held now, which it returns."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def main() -> None:
    given = arguments(__doc__, repetitions=3, tomography=0)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as fresh:
        if given.tomography:
            _publish_scan(fresh.submit(tomography, LARGE, VIEWS, given.threads).result())
            return
        found = [fresh.submit(denoising, side, given.repetitions, given.threads).result() for side in SIDES]
    rows = [
        (p["side"], p["seconds"]["median"], between(p["seconds"]), p["peak"] / 1e6, p["times"], p["prox"], p["steps"])
        for p in found
    ]
    pixels = np.log([p["side"] ** 2 for p in found])
    slopes = [
        float(np.polyfit(pixels, np.log(values), 1)[0])
        for values in ([p["seconds"]["median"] for p in found], [p["prox"] / p["steps"] for p in found])
    ]
    words = f"seconds ~ pixels^{slopes[0]:.2f}; a step of the prox ~ pixels^{slopes[1]:.2f} (goal 1.05)."
    head = "side", "median s", "quartiles", "peak MB", "times image and data", f"s to a gap of {GAP:g}", "steps"
    notes = (
        f"TV denoising, camera with noise of {SIGMA:g}, weight {WEIGHT:g}, single "
        "precision: a step of the default method, whose prox goes to its own "
        "tolerance, and the prox by itself. Peak: image and data and what the run held beyond them at the most."
    )
    publish("large", {"denoising": found, "exponents": slopes}, notes, table(head, rows), words)


def _publish_scan(found: dict[str, Any]) -> None:
    best = min(value for *_, value in found["rows"])
    rows = []
    for near in (1e-2, 1e-3, 1e-4):
        k, seconds, _ = next(row for row in found["rows"] if row[2] <= (1 + near) * best)
        rows.append((f"{near:g}", k, seconds))
    last = found["rows"][-1]
    notes = (
        f"Shepp-Logan, {LARGE} x {LARGE}, {VIEWS} views, single precision, {found['method']} by default. Within so "
        f"much of the least objective of the run, {best:.8g}, after {last[0]} steps and {last[1]:.0f} s; the last step "
        f"took away {found['rows'][-2][2] / best - 1:.1e} of it. Peak {found['peak'] / 1e6:.0f} MB, "
        f"{found['times']:.1f} times image and data ({found['both'] / 1e6:.1f} MB)."
    )
    publish("large_tomography", found, notes, table(("to", "steps", "s"), rows))


if __name__ == "__main__":
    main()
