"""The one loop of the package, what probes read off it, what watches it, and a run as a labelled Dataset."""

from workbench.run.datasets import (
    ALIGNED,
    PROGRAM,
    arrays_in,
    described,
    signal_dims,
    spec,
    with_arrays,
    with_data,
    with_source,
)
from workbench.run.diagnosis import Diagnosis, Trouble, automatic, explosion
from workbench.run.keeper import Keeper
from workbench.run.ladder import Ladder
from workbench.run.log import Log, Row
from workbench.run.loop import (
    OBJECTIVE,
    after,
    collect,
    iterate,
    objective,
    observe,
    recorded,
    resume,
    run,
    until,
)
from workbench.run.marks import Marks, marks_of
from workbench.run.outcome import BROKEN, RESUMABLE, BrokeOff, Ends, Outcome, untold
from workbench.run.quantity import Probe, Quantity, put, quantities, reads
from workbench.run.states import has_state, state_in, with_state
from workbench.run.watch import Diverged, Watch, guard

__all__ = [
    "ALIGNED", "BROKEN", "OBJECTIVE", "PROGRAM", "RESUMABLE", "BrokeOff", "Diagnosis", "Diverged", "Ends", "Keeper",
    "Ladder", "Log", "Marks", "Outcome", "Probe", "Quantity", "Row", "Trouble", "Watch", "after", "arrays_in",
    "automatic", "collect", "described", "explosion", "guard", "has_state", "iterate", "marks_of", "objective",
    "observe", "put", "quantities", "reads", "recorded", "resume", "run", "signal_dims", "spec", "state_in", "until",
    "untold", "with_arrays", "with_data", "with_source", "with_state",
]  # fmt: skip
