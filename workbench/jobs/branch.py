"""A run that begins elsewhere: at one of its moments, and on from there by another way, or at a start that is given."""

from dataclasses import dataclass

from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.jobs.begun_run import BegunRun
from workbench.jobs.carrying import restarted
from workbench.jobs.snapshot import Snapshot
from workbench.jobs.trail import RunMoment, RunTrail
from workbench.problem import Problem
from workbench.run import Log

BRANCH = "branch"
_SET = " = "  # in the mark of what was set


@dataclass(frozen=True, eq=False)
class Branch:
    """The run that a `snapshot` shows, up to a `moment` of it: what lies behind is that of both.

    A mark tells where it went back, and from where, in the run's file, too; what was moved later is moved there.
    """

    snapshot: Snapshot
    moment: RunMoment

    @property
    def k(self) -> int:
        """The iterations behind it."""
        return self.moment.k

    @property
    def seconds(self) -> float:
        """The solver's seconds behind it."""
        return self.moment.spent.seconds

    @property
    def calls(self) -> float:
        """The applications of the operator behind it."""
        return self.moment.spent.calls

    @property
    def marks(self) -> tuple[tuple[int, str], ...]:
        """What was changed until there, that this is a branch, and what was changed since."""
        before = (mark for mark in self.snapshot.marks if mark[0] < self.k)
        later = (text for k, text in self.snapshot.marks if k >= self.k and _SET in text)
        moved = {text.partition(_SET)[0]: text for text in later}
        return *before, (self.k, f"{BRANCH}, back from {self.snapshot.k}"), *((self.k, text) for text in moved.values())

    def log(self) -> Log:
        """The rows before the moment, which is looked at again."""
        log = self.snapshot.log or Log()
        rows = log.upto(State(self.moment.picture, self.k - 1), self.snapshot.recorded)
        rows.state = None
        return rows

    def trail(self, problem: Problem, algorithm: Algorithm) -> RunTrail:
        """The moments until there."""
        return RunTrail(tuple(moment for moment in self.snapshot.moments if moment.k <= self.k))

    def state(self, problem: Problem, algorithm: Algorithm, start: State, seed: int) -> State:
        """The state of the moment under these settings."""
        return self.moment.state_for(problem, algorithm, seed)


@dataclass(frozen=True, eq=False)
class GivenStart:
    """A run that begins with an unknown of one's own, `u`, instead of with its own first one."""

    u: Tensor
    k = 0
    seconds = calls = 0.0
    marks = ((0, "another start"),)

    def log(self) -> Log:
        """Nothing is behind it."""
        return Log()

    def trail(self, problem: Problem, algorithm: Algorithm) -> RunTrail:
        """Nothing is behind it."""
        return RunTrail()

    def state(self, problem: Problem, algorithm: Algorithm, start: State, seed: int) -> State:
        """The first state from u."""
        return restarted(problem, algorithm, self.u, 0, seed)


EarlierRun = BegunRun | Branch | GivenStart  # what a run can begin with instead of with its first iterate
