"""What an experiment runs when nobody names a method, beside PDHG, which was the default until commit 25577db.

`python -m benchmarks.defaults`: six problems of 256 x 256, single precision, one thread; both from the same start, in
turn, until 1e-4 of the optimum, which is the objective of the first after `settle` seconds in double precision.
"""

import contextlib
from typing import Any

import torch

from benchmarks.common import arguments, publish, table
from benchmarks.imaging import NEAR, SIDE, Case, Over, Watch, cases, median, optimum, ours
from workbench.algorithms import PDHG
from workbench.algorithms.choice import suited
from workbench.data import truth
from workbench.noise import Gaussian, Poisson
from workbench.operators import GaussianBlur, Identity
from workbench.priors import TotalGeneralisedVariation, TotalVariation
from workbench.problem import Problem

HEAD = ("", *(f"s to {near:g}" for near in NEAR), "iterations", "ends")


def more() -> tuple[Case, ...]:
    """Two problems that are not among those of `imaging`."""
    camera, shape = truth("camera", SIDE).double(), (1, SIDE, SIDE)
    counts = Problem.simulate(GaussianBlur(shape, 2.0), Poisson(200.0), TotalVariation(5.0), camera)
    slopes = Problem.simulate(Identity(shape), Gaussian(0.05), TotalGeneralisedVariation(15.0), camera)
    return Case("Poisson TV deblurring", counts, (), {}), Case("TGV denoising", slopes, (), {})


def main() -> None:
    given = arguments(__doc__, repetitions=1, limit=15, settle=60)
    results, texts = {}, []
    for case in (*cases(), *more()):
        exact, (algorithm, why) = case.problem, suited(case.problem)
        rivals = (algorithm, PDHG())
        best = optimum(Case(case.name, exact, (algorithm,), {}), given.settle)
        y = exact.y.to(torch.complex64 if exact.y.is_complex() else torch.float32)
        single = Problem(exact.operator, exact.noise, exact.prior, y)
        runs: dict[str, list[dict[str, Any]]] = {}
        for _ in range(given.repetitions):
            for rival in rivals:
                watch = Watch(exact, best, given.limit)
                with contextlib.suppress(Over):
                    ours(rival)(single, watch)
                row = {"reached": watch.reached, "iterations": watch.count, "excess": watch.excess}
                runs.setdefault(type(rival).__name__, []).append(row)
        rows = []
        for name, tries in runs.items():
            times = ["not reached" if (t := median(tries, near)) is None else t for near in NEAR]
            rows.append((name, *times, tries[-1]["iterations"], f"{tries[-1]['excess']:.1e} above"))
        results[case.name] = {"optimum": best, "runs": runs, "why": why}
        texts.append(f"## {case.name}\n\n{why}.\n\n{table(HEAD, rows)}")
    publish("defaults", results, f"Median of {given.repetitions}; up to {given.limit} s each.", *texts)


if __name__ == "__main__":
    main()
