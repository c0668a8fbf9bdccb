"""Ten steps of proximal gradient descent with learned lengths beside ISTA and FISTA, on signals that were not seen.

`python -m benchmarks.unrolling --threads 1`. LASSO of sparse signals, 48 random measurements of 64 samples; the
lengths learned from the data of 256 signals without a truth, tried on 200 others; minima by 3000 steps of FISTA.
"""

import time
from typing import Any

import torch
from torch import Tensor

from benchmarks.common import arguments, publish, table
from workbench.algorithms import FISTA, Algorithm, ProximalGradient
from workbench.noise import Gaussian
from workbench.operators import GaussianSensing
from workbench.priors import L1
from workbench.problem import Problem
from workbench.run import after, iterate, until
from workbench.tensors import stream
from workbench.tuning import learned_lengths

SHAPE, KEPT, DENSE, SIGMA = (1, 64), 0.75, 0.05, 0.02
WEIGHTS, STEPS, GOAL = (100.0, 300.0, 700.0), 10, 1e-3
HEAD = ("weight", "numbers of the minimum that are not 0", "ISTA", "FISTA", "learned", "goal", "lengths", "seconds")


def signals(count: int, what: str) -> Tensor:
    rng = stream(0, what)
    values = torch.randn(count, *SHAPE, generator=rng, dtype=torch.float64)
    return values * (torch.rand(count, *SHAPE, generator=rng, dtype=torch.float64) < DENSE)


def reached(problem: Problem, algorithm: Algorithm, steps: int) -> Tensor:
    *_, last = until(iterate(problem, algorithm), after(steps))
    return last.x


def compared(weight: float) -> dict[str, Any]:
    """How far above the minimum each method is after ten steps, mean over signals, relative."""
    parts = GaussianSensing(SHAPE, keep=KEPT), Gaussian(SIGMA), L1(weight)
    seen = Problem.simulate(*parts, signals(256, "signals to learn from"))
    new = Problem.simulate(*parts, signals(200, "other signals"), seed=1)
    minimum = reached(new, FISTA(), 3000)
    least = new.objective(minimum)

    def gap(algorithm: Algorithm) -> float:
        return float(((new.objective(reached(new, algorithm, STEPS)) - least) / least).mean())

    begin = time.perf_counter()
    found = learned_lengths(seen, STEPS)
    seconds = time.perf_counter() - begin
    left = float((minimum.abs() > 1e-9).double().sum((1, 2)).mean())
    gaps = {"ista": gap(ProximalGradient()), "fista": gap(FISTA()), "learned": gap(found.algorithm)}
    return {"weight": weight, "left": left, **gaps, "lengths": list(found.algorithm.lengths), "seconds": seconds}


def main() -> None:
    arguments(__doc__, 1)
    found = [compared(weight) for weight in WEIGHTS]
    rows = [
        (r["weight"], f"{r['left']:.1f}", *(f"{r[n]:.1e}" for n in ("ista", "fista", "learned")), f"{GOAL:.0e}",
         ", ".join(f"{length:.2f}" for length in r["lengths"]), f"{r['seconds']:.0f}")
        for r in found
    ]  # fmt: skip
    note = f"Relative distance of the objective from its minimum after {STEPS} steps, mean over 200 signals."
    publish("unrolling", {"weights": found}, note, table(HEAD, rows))


if __name__ == "__main__":
    main()
