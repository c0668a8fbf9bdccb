"""A run as a file keeps it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench import storage
from workbench.jobs import Snapshot
from workbench.live.telling import told
from workbench.parameters import describe
from workbench.refusal import Refusal
from workbench.run import described, with_arrays, with_data, with_source

if TYPE_CHECKING:
    import xarray as xr

    from workbench.live.session import Session


def kept_run(session: "Session", snapshot: Snapshot) -> "xr.Dataset":
    """The run of a session as a snapshot has it, with its description, marks, data and source.

    Refusal before its first iterate.
    """
    if snapshot.state is None:
        raise Refusal("a run with at least one iteration", "none so far", "press play or step first")
    experiment, loaded = session.experiment, session.loaded
    words = described(describe(told(experiment)))
    marks = storage.to_json([list(m) for m in snapshot.marks])
    words |= {"stopped": snapshot.message, "marks": marks} | experiment.source.told(loaded.tensor)
    loaded = replace(loaded, notes=(*loaded.notes, *experiment.source.remarks(experiment.operator)))
    found = session.job.rows(snapshot).dataset(session.job.recorder.quantities, **words)
    return with_source(with_arrays(with_data(found, session.problem), experiment), loaded)
