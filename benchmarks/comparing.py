"""What counting calls costs a run, and what comparisons and pins take, at 256 x 256.

`python -m benchmarks.comparing --repetitions 7`. Runs with and without the count take turns in one process; printed,
not kept.
"""

import time
from contextlib import nullcontext
from statistics import median
from typing import Any

import torch

from benchmarks.common import arguments, interleaved
from workbench.algorithms import ADMM, FISTA, PDHG
from workbench.comparison import compare
from workbench.experiment import Experiment
from workbench.live.pins.beside import pin
from workbench.live.session import Session
from workbench.operators import Identity
from workbench.operators.calls import Calls
from workbench.parameters import changed
from workbench.priors import TotalVariation
from workbench.run import iterate

STEPS, RUNS = 200, 8


def solved(job: Experiment, counted: bool) -> None:
    """The iterations of a job and nothing else."""
    problem = job.problem()
    states = iterate(problem, job.algorithm)
    with Calls(problem.operator) if counted else nullcontext():
        for state in states:
            if state.k == STEPS:
                return


def per_call(counted: bool) -> float:
    """Seconds of an adjoint that does nothing."""
    operator, y = Identity((1, 1)), torch.zeros(1, 1, 1)
    with Calls(operator) if counted else nullcontext():
        return seconds(lambda: [operator.adjoint(y) for _ in range(10_000)], 7) / 10_000


def seconds(act: Any, repetitions: int) -> float:
    spent = []
    for _ in range(repetitions):
        begin = time.perf_counter()
        act()
        spent.append(time.perf_counter() - begin)
    return median(spent)


def main() -> None:
    repetitions = arguments(__doc__, 7).repetitions
    job = changed(Experiment(steps=STEPS), algorithm=PDHG())
    times = interleaved({"without": lambda: solved(job, False), "counted": lambda: solved(job, True)}, repetitions)
    without, counted = median(times["without"]), median(times["counted"])
    print(
        f"{STEPS} iterations of PDHG: {without:.3f} s without, {counted:.3f} s counted ({counted / without - 1:+.2%})"
    )
    print(f"a call: {1e6 * per_call(False):.2f} us without, {1e6 * per_call(True):.2f} us counted, of nothing else")
    methods = (FISTA(), PDHG(), ADMM())
    jobs = [changed(job, algorithm=methods[i % 3], prior=TotalVariation(5.0 + i // 3)) for i in range(RUNS)]
    runs = [one.run() for one in jobs]
    print(f"compare {RUNS} runs: {1e3 * seconds(lambda: compare(*runs).metrics, 5):.0f} ms")
    print(f"report of them: {seconds(lambda: compare(*runs).report(), 2):.2f} s")
    session = Session(changed(job, steps=3))
    session.play()
    while session.job.latest.k < 3:
        time.sleep(0.01)

    def kept() -> None:
        session.pins.remove(pin(session).key)

    kept()
    print(f"a pin: {1e3 * seconds(kept, 5):.1f} ms")
    session.close()


if __name__ == "__main__":
    main()
