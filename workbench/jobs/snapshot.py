"""What a job shows of itself."""

from dataclasses import dataclass

from workbench.algorithms import State
from workbench.analysis import Kind
from workbench.analysis.expansion import Expansion
from workbench.jobs.trail import RunMoment
from workbench.jobs.turn import Status
from workbench.run import Diagnosis, Log


@dataclass(frozen=True)
class Proof:
    """The relative duality gap after k iterations, the largest of the batch, or the fixed-point residual."""

    k: int
    seconds: float
    kind: Kind
    relative: float


@dataclass(frozen=True)
class Snapshot:
    """One look at a job. `log` grows on; its first `recorded` rows belong to this snapshot.

    `seconds`, and `calls` of the operator, are what the solver had taken by then.
    """

    version: int = 0
    status: Status = Status.QUEUED
    state: State | None = None
    seconds: float = 0.0
    message: str = ""
    log: Log | None = None
    recorded: int = 0
    marks: tuple[tuple[int, str], ...] = ()
    steps: int = 0
    diagnosis: Diagnosis | None = None  # what is wrong, with the values that repair it
    proofs: tuple[Proof, ...] = ()
    largest_step: float | None = None  # the step up to which the algorithm is known to converge
    edge: float | None = None  # of what a step times a curvature is where iterates begin to grow
    expansion: Expansion | None = None
    heard: int = 0  # wishes that were carried out before
    calls: float = 0.0
    moments: tuple[RunMoment, ...] = ()  # on its way, the earliest first
    ruled: bool = False  # its stopping rule holds at the state, or cannot read it

    @property
    def k(self) -> int:
        """The iteration reached; 0 before the first state."""
        return self.state.k if self.state else 0
