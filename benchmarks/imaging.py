"""Four imaging problems to equal objective: seconds until ours and others are within 1e-3 and 1e-4 of the optimum.

`python -m benchmarks.imaging` in the environment of peers.txt: TV deblurring, TV tomography of 60 views, wavelet
inpainting, multi-coil MRI with TV, all 256 x 256, the same data and the same objective for all.
"""

import contextlib
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from benchmarks import imaging_peers
from benchmarks.common import arguments, publish, table
from workbench.algorithms import ADMM, FISTA, PDHG, AcceleratedPDHG, Algorithm, CondatVu, DouglasRachford
from workbench.data import truth
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Mask, MultiCoilFourier, Operator, Radon
from workbench.priors import Prior, TotalVariation, WaveletL1
from workbench.problem import Problem
from workbench.run import iterate

SIDE = 256
NEAR = (1e-3, 1e-4)
GOAL = 5
EVERY = 2  # iterations between two looks, outside the clock
HEAD = ("", *(f"s to {near:g}" for near in NEAR), "iterations", "ends")
Contender = Callable[[Problem, Callable[[Any], None]], None]


class Over(Exception):
    """Near enough, or out of time."""


class Watch:
    """A clock that stands while the objective is looked at, in double precision."""

    def __init__(self, exact: Problem, best: float, limit: float) -> None:
        self._exact, self._best, self._limit = exact, best, limit
        self.reached: dict[str, float] = {}
        self.excess, self.count = float("inf"), 0
        self.seconds, self._begin = 0.0, time.perf_counter()

    def __call__(self, x: Any) -> None:
        """Look at an iterate, a tensor or an array of the signal's size; raises Over."""
        self.seconds += time.perf_counter() - self._begin
        self.count += 1
        if self.count % EVERY == 0:
            image = torch.as_tensor(x).reshape(self._exact.shape).to(self._exact.dtype)
            self.excess = float(self._exact.objective(image)) / self._best - 1
            for near in NEAR:
                if self.excess <= near and f"{near:g}" not in self.reached:
                    self.reached[f"{near:g}"] = self.seconds
            if self.excess <= NEAR[-1] or self.seconds > self._limit:
                raise Over
        self._begin = time.perf_counter()


@dataclass(frozen=True)
class Case:
    """A problem in double precision, our algorithms for it and how others are asked to solve it."""

    name: str
    problem: Problem
    ours: tuple[Algorithm, ...]
    others: Mapping[str, Contender]


def cases() -> tuple[Case, ...]:
    camera, head = truth("camera", SIDE).double(), truth("shepp_logan", SIDE).double()
    shape, tv = (1, SIDE, SIDE), (PDHG(), AcceleratedPDHG(), ADMM(), CondatVu())
    wavelets = (FISTA(), ADMM(), DouglasRachford())
    return (
        Case("TV deblurring", _made(GaussianBlur(shape, 2.0), 0.02, TotalVariation(15.0), camera), tv, _DEBLUR),
        Case("TV tomography, 60 views", _made(Radon(shape, 60), 0.02, TotalVariation(100.0), head), tv, _SCAN),
        Case("wavelet inpainting", _made(Mask(shape, 0.5), 0.05, WaveletL1(20.0), camera), wavelets, _FILL),
        Case("multi-coil MRI, TV", _made(MultiCoilFourier(shape, 4), 0.02, TotalVariation(30.0), head), tv, _COILS),
    )


_DEBLUR = {"PyProximal PrimalDual": imaging_peers.deblur_pyproximal, "SCICO ADMM": imaging_peers.deblur_scico}
_SCAN = {"PyProximal PrimalDual on ASTRA": imaging_peers.scan_pyproximal}
_FILL = {"PyProximal FISTA": imaging_peers.fill_pyproximal}
_COILS = {"PyProximal PrimalDual": imaging_peers.coils_pyproximal, "SCICO ADMM": imaging_peers.coils_scico}


def _made(operator: Operator, share: float, prior: Prior, image: Tensor) -> Problem:
    """Noise of a share of the largest datum."""
    complex_image = image.to(torch.complex128) if isinstance(operator, MultiCoilFourier) else image
    return Problem.simulate(operator, Gaussian(share * float(operator(complex_image).abs().max())), prior, image)


def ours(algorithm: Algorithm) -> Contender:
    """One of our algorithms in single precision."""

    def solve(single: Problem, watch: Callable[[Any], None]) -> None:
        for state in iterate(single, algorithm):
            watch(state.x)

    return solve


def optimum(case: Case, seconds: float) -> float:
    """The least objective that our algorithms reach in double precision in so many seconds each."""
    found = []
    for algorithm in (a for a in case.ours if not a.unmet(case.problem)):
        end = time.perf_counter() + seconds
        for state in iterate(case.problem, algorithm):
            if time.perf_counter() > end:
                found.append(float(case.problem.objective(state.x)))
                break
    return min(found)


def race(case: Case, best: float, repetitions: int, limit: float) -> dict[str, list[dict[str, Any]]]:
    """Every contender in turn, so many times."""
    exact = case.problem
    y = exact.y.to(torch.complex64 if exact.y.is_complex() else torch.float32)
    single = Problem(exact.operator, exact.noise, exact.prior, y)
    ready = {f"ours, {type(a).__name__}": ours(a) for a in case.ours if not a.unmet(single)}
    found: dict[str, list[dict[str, Any]]] = {}
    for _, (name, solve) in itertools.product(range(repetitions), (ready | dict(case.others)).items()):
        watch = Watch(exact, best, limit)
        with contextlib.suppress(Over):
            solve(single, watch)
        row = {"reached": watch.reached, "excess": watch.excess, "iterations": watch.count, "seconds": watch.seconds}
        found.setdefault(name, []).append(row)
    return found


def median(tries: list[dict[str, Any]], near: float) -> float | None:
    """The median of the seconds to a distance; None where it was not reached each time."""
    times = sorted(t["reached"].get(f"{near:g}", float("inf")) for t in tries)
    middle = times[len(times) // 2]
    return middle if middle < float("inf") else None


def verdict(runs: Mapping[str, list[dict[str, Any]]], limit: float) -> tuple[dict[str, Any], str]:
    """The best of ours beside the best of the others, at each distance."""
    ratios, words = {}, []
    for near in NEAR:
        times = {name: median(tries, near) for name, tries in runs.items()}
        mine = {n: t for n, t in times.items() if n.startswith("ours") and t}
        theirs = {n: t for n, t in times.items() if not n.startswith("ours")}
        if not mine:
            words.append(f"To {near:g}: ours does not reach it in {limit:g} s.")
            continue
        best = min(mine, key=mine.get)
        reached = {n: t for n, t in theirs.items() if t}
        other = min(reached, key=reached.get) if reached else None
        ratio = (reached[other] if other else limit) / mine[best]
        ratios[f"{near:g}"] = {"ours": best, "other": other, "ratio": ratio}
        beside = other or f"others, none of which reaches it in {limit:g} s"
        words.append(f"To {near:g}: {best.removeprefix('ours, ')} is {'' if other else 'more than '}{ratio:.2g} times "
                     f"faster than {beside}.")  # fmt: skip
    return ratios, " ".join(words) + f" Goal at {NEAR[0]:g}: {GOAL}."


def main() -> None:
    given = arguments(__doc__, repetitions=3, limit=30, settle=60)
    results, texts = {}, []
    for case in cases():
        best = optimum(case, given.settle)
        runs = race(case, best, given.repetitions, given.limit)
        rows = [(name, *_cells(tries)) for name, tries in runs.items()]
        ratios, words = verdict(runs, given.limit)
        results[case.name] = {"optimum": best, "runs": runs, "ratios": ratios}
        texts.append(f"## {case.name}\n\n{table(HEAD, rows)}\n\n{words}")
    notes = (
        f"{SIDE} x {SIDE}, single precision, from each library's default start; {given.repetitions} runs of each in "
        f"turn, medians; the objective is ours, in double precision, every {EVERY} iterations outside the clock, until "
        f"{NEAR[-1]:g} or {given.limit} s. The optimum is the least objective after {given.settle} s of each of ours "
        "in double precision. Set-up (norms, compilation) counts, but for others' norms, which they are given."
    )
    over = {
        f"{name}, to {near}": (found["ratio"], GOAL)
        for name, case in results.items()
        for near, found in case["ratios"].items()
    }
    publish("imaging", results | {"over the fastest other": over}, notes, *texts)


def _cells(tries: list[dict[str, Any]]) -> tuple[object, ...]:
    times = [median(tries, near) for near in NEAR]
    last = sorted(tries, key=lambda t: t["seconds"])[len(tries) // 2]
    return (*("not reached" if t is None else t for t in times), last["iterations"], f"{last['excess']:.1e} above")


if __name__ == "__main__":
    main()
