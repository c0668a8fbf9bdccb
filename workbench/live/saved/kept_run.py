"""A run as a file keeps it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench import storage
from workbench.jobs import BRANCH, Snapshot, Status
from workbench.live.saved.looked_at import with_looks
from workbench.live.telling import told
from workbench.parameters import describe
from workbench.refusal import Refusal
from workbench.run import Outcome, described, with_arrays, with_data, with_source, with_state

if TYPE_CHECKING:
    import xarray as xr

    from workbench.live.session import Session


def kept_run(session: "Session", snapshot: Snapshot) -> "xr.Dataset":
    """The run of a session as a snapshot has it: its description, marks, data, source, and what was looked at.

    Refusal before its first iterate.
    """
    if snapshot.state is None:
        raise Refusal("a run with at least one iteration", "none so far", "press play or step first")
    experiment, loaded = session.experiment, session.loaded
    words = described(describe(told(experiment)))
    marks = storage.to_json([list(m) for m in snapshot.marks])
    words |= {"stopped": snapshot.message, "marks": marks} | _ended(snapshot) | experiment.source.told(loaded.tensor)
    words["device"] = str(session.problem.y.device)
    branches = (f"{text[0].upper()}{text[1:]} at k = {k}" for k, text in snapshot.marks if text.startswith(BRANCH))
    loaded = replace(loaded, notes=(*loaded.notes, *branches, *experiment.remarks(loaded.tensor)))
    found = session.job.rows(snapshot).dataset(session.job.recorder.quantities, **words)
    found = with_arrays(with_data(found, session.problem), experiment)
    found = with_looks(with_state(found, snapshot.state), [look() for look in session.looks])
    return with_source(found, loaded)


def _ended(snapshot: Snapshot) -> dict[str, str]:
    """How it ended: a run that is kept before its end is one that was interrupted there."""
    if snapshot.status is Status.DIVERGED:
        return {"outcome": str(Outcome.DIVERGED), "ended": snapshot.message}
    if snapshot.status is Status.FAILED:
        return {"outcome": str(Outcome.FAILED), "ended": snapshot.message}
    if snapshot.status is Status.DONE and snapshot.ruled:
        return {"outcome": str(Outcome.RULE), "ended": snapshot.message}
    if snapshot.status is Status.DONE and snapshot.k < snapshot.steps:
        return {"outcome": str(Outcome.DONE), "ended": snapshot.message}
    if snapshot.k < snapshot.steps:
        return {"outcome": str(Outcome.INTERRUPTED), "ended": f"kept at iteration {snapshot.k}"}
    return {"outcome": str(Outcome.STEPS), "ended": f"all {snapshot.steps} iterations done"}
