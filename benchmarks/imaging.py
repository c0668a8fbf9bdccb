"""Six imaging problems to equal objective: seconds until our default and others' best are near the optimum.

`python -m benchmarks.imaging` in the environment of peers.txt: TV deblurring, TV tomography of 60 views, wavelet
inpainting, multi-coil MRI with TV, Poisson TV deblurring and TGV denoising, all 256 x 256, the same data and objective
for all. Ours is the method that an experiment gets by itself, beside PDHG, the default until commit 25577db. Seconds
are of processor time, all threads together: other work on the machine stretches them less than those of a clock.
"""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from benchmarks import imaging_odl, imaging_peers
from benchmarks.common import arguments, publish, table
from workbench.algorithms import PDHG, Algorithm
from workbench.algorithms.choice import suited
from workbench.analysis.certificates import certify
from workbench.data import truth
from workbench.noise import Gaussian, Poisson
from workbench.operators import GaussianBlur, Identity, Mask, MultiCoilFourier, Operator, Radon
from workbench.priors import Prior, TotalGeneralisedVariation, TotalVariation, WaveletL1
from workbench.problem import Problem
from workbench.run import iterate

SIDE = 256
NEAR = (1e-3, 1e-4)
GOAL = 5
OFTEN = 12  # iterations that are all looked at, outside the clock, before only every so many are
HEAD = ("", "setting", *(f"s to {near:g}" for near in NEAR), "iterations", "ends")
Contender = Callable[[Problem, Callable[[Any], None]], None]
Tuned = Callable[[Problem, float, Callable[[Any], None]], None]


class Over(Exception):
    """Near enough, or out of time."""


class Watch:
    """A clock of processor time that stands while the objective is looked at, in double precision."""

    def __init__(self, case: "Case", best: float, limit: float) -> None:
        self._exact, self._every, self._best, self._limit = finer(case.problem), case.every, best, limit
        self.reached: dict[str, tuple[float, int]] = {}
        self.excess, self.count = float("inf"), 0
        self.seconds, self._begin = 0.0, time.process_time()

    def __call__(self, x: Any) -> None:
        """Look at an iterate, a tensor or an array of the signal's size; raises Over."""
        self.seconds += time.process_time() - self._begin
        self.count += 1
        if self.count <= OFTEN or self.count % self._every == 0:
            image = torch.as_tensor(x).reshape(self._exact.shape).to(self._exact.dtype)
            self.excess = float(self._exact.objective(image)) / self._best - 1
            for near in NEAR:
                if self.excess <= near and f"{near:g}" not in self.reached:
                    self.reached[f"{near:g}"] = (self.seconds, self.count)
            if self.excess <= NEAR[-1] or self.seconds > self._limit:
                raise Over
        self._begin = time.process_time()


class Rival(NamedTuple):
    """Another library's method and the three settings of which its best counts."""

    solve: Tuned
    settings: tuple[float, ...]


@dataclass(frozen=True)
class Case:
    """A problem in double precision, how others are asked to solve it, and iterations between two looks."""

    name: str
    problem: Problem
    others: Mapping[str, Rival]
    every: int = 2


def cases() -> tuple[Case, ...]:
    camera, head, shape = truth("camera", SIDE).double(), truth("shepp_logan", SIDE).double(), (1, SIDE, SIDE)
    counts = Problem.simulate(GaussianBlur(shape, 2.0), Poisson(200.0), TotalVariation(5.0), camera)
    slopes = Problem.simulate(Identity(shape), Gaussian(0.05), TotalGeneralisedVariation(15.0), camera)
    return (
        Case("TV deblurring", _made(GaussianBlur(shape, 2.0), 0.02, TotalVariation(15.0), camera), _DEBLUR),
        Case("TV tomography, 60 views", _made(Radon(shape, 60), 0.02, TotalVariation(100.0), head), _SCAN),
        Case("wavelet inpainting", _made(Mask(shape, 0.5), 0.05, WaveletL1(20.0), camera), _FILL),
        Case("multi-coil MRI, TV", _made(MultiCoilFourier(shape, 4), 0.02, TotalVariation(30.0), head), _COILS),
        Case("Poisson TV deblurring", counts, _COUNT),
        Case("TGV denoising", slopes, _SLOPES, 50),
    )


_DEBLUR = {
    "PyProximal PrimalDual": Rival(imaging_peers.deblur_pyproximal, (0.1, 0.3, 1.0)),
    "SCICO ADMM": Rival(imaging_peers.deblur_scico, (0.03, 0.1, 0.3)),
    "ODL pdhg": Rival(imaging_odl.deblur, (0.1, 0.3, 1.0)),
}
_SCAN = {
    "PyProximal PrimalDual on ASTRA": Rival(imaging_peers.scan_pyproximal, (0.3, 1.0, 3.0)),
    "ODL pdhg on ASTRA": Rival(imaging_odl.scan, (0.3, 1.0, 3.0)),
}
_FILL = {"PyProximal FISTA": Rival(imaging_peers.fill_pyproximal, (0.5, 0.8, 1.0))}
_COILS = {
    "PyProximal PrimalDual": Rival(imaging_peers.coils_pyproximal, (3.0, 10.0, 30.0)),
    "SCICO ADMM": Rival(imaging_peers.coils_scico, (3.0, 10.0, 30.0)),
}
_COUNT = {"ODL pdhg": Rival(imaging_odl.count, (0.3, 1.0, 3.0))}
_SLOPES = {
    "PyProximal PrimalDual": Rival(imaging_peers.slopes_pyproximal, (0.3, 1.0, 3.0)),
    "ODL pdhg": Rival(imaging_odl.slopes, (0.3, 1.0, 3.0)),
}


def _made(operator: Operator, share: float, prior: Prior, image: Tensor) -> Problem:
    """Noise of a share of the largest datum."""
    complex_image = image.to(torch.complex128) if isinstance(operator, MultiCoilFourier) else image
    return Problem.simulate(operator, Gaussian(share * float(operator(complex_image).abs().max())), prior, image)


def single(exact: Problem) -> Problem:
    """The same problem in single precision."""
    y = exact.y.to(torch.complex64 if exact.y.is_complex() else torch.float32)
    return Problem(exact.operator, exact.noise, exact.prior, y)


def finer(problem: Problem) -> Problem:
    """The same problem with a prior whose value, where it takes iterations, is that of ten times as many."""
    prior = problem.prior
    if not isinstance(prior, TotalGeneralisedVariation):
        return problem
    return replace(problem, prior=TotalGeneralisedVariation(prior.weight, prior.ratio, prior.tolerance / 10, 3000))


def ours(algorithm: Algorithm) -> Contender:
    """One of our algorithms."""

    def solve(problem: Problem, watch: Callable[[Any], None]) -> None:
        for state in iterate(problem, algorithm):
            watch(state.x)

    return solve


class Optimum(NamedTuple):
    """The least objective of a long run, how much of it the second half of the run took away, and its duality gap."""

    value: float
    late: float
    gap: float


def optimum(exact: Problem, seconds: float) -> Optimum:
    """Our default in double precision for so many seconds of processor time."""
    exact = finer(exact)
    algorithm, begin, half = suited(exact).algorithm, time.process_time(), None
    for state in iterate(exact, algorithm):
        spent = time.process_time() - begin
        if half is None and spent > seconds / 2 and state.k:
            half = float(exact.objective(state.x))
        if spent > seconds and state.k:
            value = float(exact.objective(state.x))
            gap = certify(exact, algorithm, state)
            return Optimum(value, (half or value) / value - 1, float(gap.relative))
    raise AssertionError  # no default of ours ends by itself


def tried(case: Case, best: float, limit: float, solve: Contender) -> dict[str, Any]:
    """One run until it is near enough or out of time."""
    watch = Watch(case, best, limit)
    with contextlib.suppress(Over):
        solve(single(case.problem), watch)
    return {"reached": watch.reached, "excess": watch.excess, "iterations": watch.count, "seconds": watch.seconds}


def race(case: Case, best: float, repetitions: int, limit: float) -> dict[str, dict[str, Any]]:
    """Of every rival the best setting; then those who arrived in turn, so many times."""
    exact = single(case.problem)
    mine = {"ours, by default": suited(exact).algorithm, "ours, PDHG": PDHG()}
    found: dict[str, dict[str, Any]] = {
        name: {"setting": f"{type(a).__name__}, default", "solve": ours(a), "tries": []} for name, a in mine.items()
    }
    for name, rival in case.others.items():
        runs = [(setting, tried(case, best, limit, _set(rival, setting))) for setting in rival.settings]
        setting, run = min(runs, key=lambda one: _rank(one[1]))
        found[name] = {"setting": f"{setting:g} of {', '.join(f'{s:g}' for s in rival.settings)}", "tries": [run]}
        found[name]["solve"] = _set(rival, setting)
    for name in mine:
        found[name]["tries"].append(tried(case, best, limit, found[name]["solve"]))
    going = [one for one in found.values() if len(one["tries"][0]["reached"]) == len(NEAR)]
    for _ in range(repetitions - 1):
        for one in going:
            one["tries"].append(tried(case, best, limit, one["solve"]))
    return {name: {k: v for k, v in one.items() if k != "solve"} for name, one in found.items()}


def _set(rival: Rival, setting: float) -> Contender:
    return lambda problem, watch: rival.solve(problem, setting, watch)


def _rank(run: Mapping[str, Any]) -> tuple[float, ...]:
    """The nearer distances first."""
    return (*(run["reached"].get(f"{near:g}", (float("inf"), 0))[0] for near in reversed(NEAR)), run["excess"])


def median(tries: Sequence[Mapping[str, Any]], near: float) -> float | None:
    """The median of the seconds to a distance; None where it was not reached each time."""
    times = sorted(t["reached"].get(f"{near:g}", (float("inf"), 0))[0] for t in tries)
    middle = times[len(times) // 2]
    return middle if middle < float("inf") else None


def verdict(runs: Mapping[str, Mapping[str, Any]], limit: float) -> tuple[dict[str, Any], str]:
    """Our default beside the best of the others, and beside our former one, at each distance."""
    ratios, words = {}, []
    for near in NEAR:
        times = {name: median(run["tries"], near) for name, run in runs.items()}
        mine, former = times.pop("ours, by default"), times.pop("ours, PDHG")
        if mine is None:
            words.append(f"To {near:g}: ours does not reach it in {limit:g} s.")
            continue
        reached = {name: t for name, t in times.items() if t is not None}
        other = min(reached, key=reached.__getitem__) if reached else None
        ratio, before = (reached[other] if other else limit) / mine, (former or limit) / mine
        ratios[f"{near:g}"] = {"other": other, "ratio": ratio, "former": before}
        beside = (
            f"{ratio:.2g} times faster than {other}" if other else f"more than {ratio:.2g} times faster than others"
        )
        words.append(f"To {near:g}: {beside}, {'' if former else 'more than '}{before:.2g} than our PDHG.")
    return ratios, " ".join(words)


def main() -> None:
    given = arguments(__doc__, repetitions=3, limit=30, settle=60)
    results, texts = {}, []
    for case in cases():
        best = optimum(case.problem, given.settle)
        runs = race(case, best.value, given.repetitions, given.limit)
        ratios, words = verdict(runs, given.limit)
        sure = f"The optimum: the second half of its run took {best.late:.1e}, gap {best.gap:.1e}."
        why = f"{suited(single(case.problem)).why}. {sure}"
        rows = [(name, run["setting"], *_cells(run["tries"])) for name, run in runs.items()]
        results[case.name] = {"optimum": best._asdict(), "runs": runs, "ratios": ratios}
        texts.append(f"## {case.name}\n\n{why}\n\n{table(HEAD, rows)}\n\n{words}")
    notes = (
        f"{SIDE} x {SIDE}, single precision, from each library's default start; {given.repetitions} runs of each in "
        f"turn, medians, seconds of processor time of all threads; the objective is ours, in double precision, looked "
        f"at outside the clock, until {NEAR[-1]:g} or {given.limit} s. Of others the best of three settings, each "
        f"tried once; one that does not arrive is run once. The optimum is that of our default after {given.settle} s "
        "in double precision; what the second half of that run took away, and its duality gap, stand beside it. Set-up "
        f"(norms, compilation) counts, but for others' norms, which they are given. Goal: {GOAL} times."
    )
    over = {
        f"{name}, to {near}": (found["ratio"], GOAL)
        for name, case in results.items()
        for near, found in case["ratios"].items()
    }
    publish("imaging", results | {"over the fastest other": over}, notes, *texts)


def _cells(tries: Sequence[Mapping[str, Any]]) -> tuple[object, ...]:
    times = [median(tries, near) for near in NEAR]
    last = sorted(tries, key=lambda t: t["seconds"])[len(tries) // 2]
    steps = " / ".join(str(last["reached"].get(f"{near:g}", ("", "-"))[1]) for near in NEAR)
    return (*("not reached" if t is None else t for t in times), steps, f"{last['excess']:.1e} above")


if __name__ == "__main__":
    main()
