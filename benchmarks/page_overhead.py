"""What being watched costs a solver: the bare loop, a session that ticks, and the served page open in Chromium.

`python -m benchmarks.page_overhead --steps 1000`: the default experiment, 256 x 256, PDHG. With Chromium on a core of
its own and all else on another, as if it were somebody else's machine: `taskset -c 0 python ... --core 1`.
"""

import time
from dataclasses import replace
from typing import Any

from benchmarks.common import arguments, between, publish, summary, table
from benchmarks.serving import while_serving
from benchmarks.visitor import Visitor
from workbench.experiment import Experiment
from workbench.jobs import Job, Runner, Status
from workbench.live.address import to_address
from workbench.live.session import Session
from workbench.problem import Problem
from workbench.run import after, iterate, until

FRAME, LOOK = 1 / 15, 0.005
WARM = 10  # iterations before the clock starts
FOREVER = 1_000_000
HEAD = ("", "ms an iteration, median", "quartiles", "over the bare loop, median", "quartiles")

submitted: list[Job] = []


def remember() -> None:
    """Keep every job that a runner is given: the page's own is not ours to ask for."""
    submit = Runner.submit

    def kept(runner: Runner, job: Job) -> Job:
        submitted.append(job)
        return submit(runner, job)

    Runner.submit = kept


def bare(experiment: Experiment, problem: Problem, steps: int) -> float:
    """Seconds an iteration of the loop alone."""
    states = until(iterate(problem, experiment.algorithm, seed=experiment.seed), after(WARM + steps))
    begin = 0.0
    for state in states:
        if state.k == WARM:
            begin = time.perf_counter()
    return (time.perf_counter() - begin) / steps


def iteration(job: Job) -> int:
    """How far a job is, after its latest slice."""
    state = job.latest.state
    return -1 if state is None else state.k


def pace(job: Job, steps: int, tick: Any = lambda: None) -> float:
    """Seconds an iteration of a job that runs, over at least so many; `tick` is called at the display's rate."""
    first = iteration(job)
    while (k := iteration(job)) == first or k < WARM:
        time.sleep(LOOK)
    begin = due = time.perf_counter()
    while (now := iteration(job)) < k + steps and job.latest.status is Status.RUNNING:
        if time.perf_counter() >= due:
            tick()
            due += FRAME
        time.sleep(LOOK)
    return (time.perf_counter() - begin) / (now - k)


def ticked(experiment: Experiment, steps: int) -> float:
    """The same run by the runner's thread with its standard probes, and a session that makes 15 frames a second."""
    session = Session(replace(experiment, steps=FOREVER))
    session.play()
    seconds = pace(session.job, steps, session.tick)
    _end(session.job, session.close)
    return seconds


def served(url: str, experiment: Experiment, steps: int, core: int | None) -> tuple[float, float]:
    """The page's own run: while the page is being made and opened, and once its picture has moved."""
    before = len(submitted)
    visitor = Visitor(f"{url}/?{to_address(replace(experiment, steps=FOREVER))}", core=core)
    while len(submitted) == before or iteration(submitted[-1]) < 0:
        time.sleep(LOOK)
    job = submitted[-1]
    opening = pace(job, steps)
    visitor.wait()
    open_ = pace(job, steps)
    _end(job, visitor.leave)
    return opening, open_


def _end(job: Job, leave: Any) -> None:
    leave()
    while job.latest.status is not Status.CANCELLED:
        time.sleep(LOOK)
    time.sleep(0.3)


def measure(url: str, repetitions: int, steps: int, core: int | None) -> None:
    """All ways in turn; then the result."""
    experiment = Experiment()
    problem = experiment.problem()
    bare(experiment, problem, 50), ticked(experiment, 50)
    times: dict[str, list[float]] = {}
    for _ in range(repetitions):
        opening, open_ = served(url, experiment, steps, core)
        found = {
            "bare loop": bare(experiment, problem, steps),
            "job and ticking session": ticked(experiment, steps),
            "page opening in Chromium": opening,
            "page open in Chromium": open_,
        }
        for name, seconds in found.items():
            times.setdefault(name, []).append(seconds)
    rows, results = [], {}
    for name, seconds in times.items():
        ms, ratio = summary(seconds, 1e3), summary([s / b for s, b in zip(seconds, times["bare loop"], strict=True)])
        results[name] = {"ms": ms, "ratio": ratio}
        rows.append((name, ms["median"], between(ms), f"{ratio['median']:.3f}", between(ratio)))
    where = f"on core {core} of its own, all else on the others" if core is not None else "on the same cores"
    note = f"Default experiment, {steps} iterations a repetition, ways in turn; Chromium {where}. Goal: at most 1.05."
    name = "page_overhead" + ("" if core is None else "_apart")
    publish(name, {"steps": steps, "browser core": core, "times": results}, note, table(HEAD, rows))


def main() -> None:
    given = arguments(__doc__, repetitions=5, steps=1000, core=-1)
    core = None if given.core < 0 else given.core
    remember()

    while_serving(lambda url: measure(url, given.repetitions, given.steps, core))


if __name__ == "__main__":
    main()
