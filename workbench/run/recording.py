"""What is recorded of a run, as the Dataset that it is at any moment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.algorithms import Algorithm, State
from workbench.problem import Problem
from workbench.run.datasets import with_arrays, with_data
from workbench.run.ladder import ITERATES, Ladder
from workbench.run.log import Log, Row
from workbench.run.outcome import CUT_SHORT, Outcome
from workbench.run.quantity import Probe, quantities
from workbench.run.states import with_state

if TYPE_CHECKING:
    import xarray as xr


@dataclass
class Recording:
    """The rows of a run, its ladder where it keeps one, and what describes it."""

    problem: Problem
    algorithm: Algorithm
    probes: tuple[Probe, ...]
    attrs: Mapping[str, str]
    log: Log
    ladder: Ladder | None

    @classmethod
    def begin(
        cls, problem: Problem, algorithm: Algorithm, probes: tuple[Probe, ...], attrs: Mapping[str, str], kept: bool
    ) -> "Recording":
        """Of a run from its start, with a ladder where it is `kept`."""
        return cls(problem, algorithm, probes, attrs, Log(), Ladder() if kept else None)

    def go_on(self, begun: "xr.Dataset", every: int) -> None:
        """Take over the rows and the ladder of a run that ended earlier."""
        self.log = Log.begun(begun, every)
        if ITERATES in begun or self.ladder is not None:
            self.ladder = Ladder.begun(begun)

    def cut(self, state: State) -> None:
        """Forget what came after a good state."""
        self.log = self.log.upto(state)
        if self.ladder is not None:
            self.ladder.upto(state.k)

    def end_at(self, state: State) -> None:
        """A last row of a state, where there is none yet, at the time of the row before."""
        if self.log.ks[-1] != state.k:
            row = Row.read(self.problem, state, self.log.seconds[-1], self.probes)
            self.log.add(replace(row, calls=self.log.calls[-1]))

    def saves(self, state: State | None, since: int) -> bool:
        """Whether a run that breaks off has come further than iteration `since`; it ends at `state`, the last one.

        What broke it may break the probes as well: the last row is then NaN.
        """
        if not self.log.ks or max(self.log.ks[-1], state.k if state else 0) <= since:
            return False
        if state is not None and state.k > self.log.ks[-1]:
            try:
                self.end_at(state)
            except Exception:  # the one that is told is that which broke it
                self.log.add(Row(state, self.log.seconds[-1], {}, self.log.calls[-1]))
        return True

    def dataset(self, outcome: Outcome, why: str) -> "xr.Dataset":
        """The run, ended so."""
        attrs = dict(self.attrs) | {"device": str(self.problem.y.device), "outcome": str(outcome), "ended": why}
        attrs["stopped"] = why if outcome in CUT_SHORT else ""
        problem = self.problem
        found = with_data(self.log.dataset(quantities(*self.probes), **attrs), problem)
        parts = problem.given_operator, problem.noise, problem.prior.given, problem.parametrisation, self.algorithm
        found = with_arrays(found, *parts)
        found = found if self.log.state is None else with_state(found, self.log.state)
        return found if self.ladder is None else self.ladder.added(found)

    def unfinished(self) -> "xr.Dataset":
        """The run as it stands, for the case that its process is killed."""
        return self.dataset(Outcome.INTERRUPTED, f"the run was cut off; kept at iteration {self.log.ks[-1]}")
