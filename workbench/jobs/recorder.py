"""What is kept of a run: every number at every iteration of a short one, and of a long one what its time allows."""

import math
import time
from collections.abc import Callable, Iterable
from statistics import median

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.jobs.effort import Effort
from workbench.jobs.ration import Ration
from workbench.jobs.snapshot import Snapshot
from workbench.problem import Problem
from workbench.run import Log, Probe, Quantity, Row, put, quantities

FRESH = 10  # the first iterations are recorded whole: that is where curves bend, and where costs are measured
# Later, what costs more than a step takes at most SHARE of the solver's time, and ALLOWANCE seconds more, spent where k
# has grown by GROWN: short runs have whole curves too. What costs less is recorded at every iteration until it took
# CHEAP_ALLOWANCE seconds: beside a quick step several such numbers are more than the step.
SHARE, ALLOWANCE, GROWN = 0.02, 0.05, 1.15
CHEAP_SHARE, CHEAP_ALLOWANCE = 0.04, 5.0


class Recorder:
    """The log of one run: a row for each iteration, with NaN for the numbers that were not looked at there.

    `must` tells which states are recorded whole whatever that costs.
    """

    def __init__(self, probes: tuple[Probe, ...]) -> None:
        self.probes, self.log = probes, Log()
        self.must: Callable[[State], bool] = lambda state: False
        self._blank: dict[str, Tensor] = {}
        self._whole = -1
        self._ration, self._cheap_ration = Ration(SHARE, ALLOWANCE, GROWN), Ration(CHEAP_SHARE, CHEAP_ALLOWANCE)
        self.measure()

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What stands in the rows."""
        return (*quantities(*self.probes), STEP_SIZE)

    def measure(self) -> None:
        """Find out anew what probes and steps cost, since one of them is another."""
        self._steps: list[float] = []
        self._costs: dict[Probe, list[float]] = {probe: [] for probe in self.probes}
        self._dear: frozenset[Probe] = frozenset()

    def stepped(self, seconds: float) -> None:
        """A step took so long."""
        if self._measuring:
            self._steps.append(seconds)
            if not self._measuring:
                typical = median(self._steps)
                self._dear = frozenset(p for p, costs in self._costs.items() if costs and median(costs) > typical)

    def take(self, problem: Problem, state: State, effort: Effort, step: float | None) -> None:
        """Record a state that the solver reached with that effort, by steps of that size."""
        k, seconds = state.k, effort.seconds
        dear = bool(self._dear) and self._ration.due(k, seconds)
        if self._measuring or self.must(state) or dear:
            self.take_whole(problem, state, effort, step)
        elif len(self._dear) < len(self.probes) and self._cheap_ration.due(k, seconds):
            begin = time.perf_counter()
            values = self._asked((probe for probe in self.probes if probe not in self._dear), problem, state)
            self._cheap_ration.took(k, time.perf_counter() - begin)
            self.log.add(Row(state, seconds, self._blank | values | _sized(step, state), effort.calls))
        elif not self.probes:
            self.log.add(Row(state, seconds, _sized(step, state), effort.calls))

    def take_whole(self, problem: Problem, state: State, effort: Effort, step: float | None) -> None:
        """Record all there is to know of a state; a row that it has already is completed."""
        there = self.log.state is not None and self.log.state.k == state.k
        if there and (not self._dear or self._whole == state.k):
            return
        begin = time.perf_counter()
        values = self._asked(self.probes, problem, state) | _sized(step, state)
        self._blank = {n: torch.full_like(v, math.nan, dtype=_floating(v)) for n, v in values.items()}
        self._whole = state.k
        if there:
            self.log.complete(values)
        else:
            self.log.add(Row(state, effort.seconds, values, effort.calls))
        if self._dear:
            self._ration.took(state.k, time.perf_counter() - begin)

    def rows(self, snapshot: Snapshot, problem: Problem, algorithm: Algorithm) -> Log:
        """What a snapshot shows as a log of its own, which grows no more: its rows, the last one whole, and its x."""
        if snapshot.log is None or snapshot.state is None:
            return Log()
        state, made = snapshot.state, snapshot.log.upto(snapshot.state, snapshot.recorded)
        there = bool(made.ks) and made.ks[-1] == state.k
        if there and not any(bool(v.isnan().any()) for v in made.last().values()):
            return made
        values: dict[str, Tensor] = {}
        with torch.no_grad():
            for probe in self.probes:
                put(values, probe, problem, state)
        values |= _sized(algorithm.current_step(state), state)
        made.complete(values) if there else made.add(Row(state, snapshot.seconds, values, snapshot.calls))
        return made

    def cut(self, state: State) -> None:
        """Go back to a good state, in another log: who reads the old one is not disturbed."""
        self.log = self.log.upto(state)

    @property
    def _measuring(self) -> bool:
        return len(self._steps) < FRESH

    def _asked(self, probes: Iterable[Probe], problem: Problem, state: State) -> dict[str, Tensor]:
        values: dict[str, Tensor] = {}
        with torch.no_grad():
            for probe in probes:
                begin = time.perf_counter()
                put(values, probe, problem, state)
                if self._measuring:
                    self._costs[probe].append(time.perf_counter() - begin)
        return values


STEP_SIZE = Quantity("Step size", ("step_size",), "step size", log=True)


def _floating(values: Tensor) -> torch.dtype:
    return values.dtype if values.is_floating_point() else torch.float32


def _sized(step: float | None, state: State) -> dict[str, Tensor]:
    count, device = state.x.shape[0], state.x.device
    return {} if step is None else {"step_size": torch.full((count,), step, device=device)}
