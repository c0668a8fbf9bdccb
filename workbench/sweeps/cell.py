"""One cell of a sweep: a run, of which the last figures and the last x are kept."""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from workbench.parameters import outside
from workbench.parameters.outside import LoadedFile
from workbench.refusal import LONGEST, Refusal, short
from workbench.run import BROKEN, untold
from workbench.sweeps.plan import Index, Plan


@dataclass(frozen=True)
class CellOutcome:
    """What a cell gave: its figures of merit and its x, or the sentence it ended with.

    `attributes` are the labels and units of the figures, and of `x`, whose axes are `dims`.
    """

    figures: Mapping[str, float] = field(default_factory=dict)
    x: np.ndarray | None = None
    sentence: str = ""
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dims: tuple[str, ...] = ()


def cell(plan: Plan, index: Index) -> CellOutcome:
    """Run one cell; what goes wrong in it is its sentence, so that the others go on."""
    try:
        return _run(plan, index)
    except Exception as error:  # any fault of one cell, such as a full memory, is that cell's
        return _failed(error)


def _failed(error: Exception) -> CellOutcome:
    if isinstance(error, Refusal):
        return CellOutcome(sentence=str(error))
    return CellOutcome(sentence=short(f"{type(error).__name__}: {' '.join(str(error).split())}", LONGEST))


def _run(plan: Plan, index: Index) -> CellOutcome:
    experiment = plan.experiment(index)
    with untold():  # the table does
        result = experiment.run(every=max(experiment.steps, 1))
    if result.attrs["outcome"] in BROKEN:  # its last good iterate is no result
        return CellOutcome(sentence=short(result.attrs["stopped"] or result.attrs["ended"], LONGEST))
    recorded = [str(name) for name, column in result.data_vars.items() if column.dims == ("k", "batch")]
    figures = {name: float(result[name].values[-1].mean()) for name in recorded}
    figures |= {"iterations": float(result.k[-1]), "seconds": float(result.seconds[-1])}
    x, dims = (result["x"].values, tuple(map(str, result["x"].dims))) if "x" in result else (None, ())
    attributes = {name: dict(result[name].attrs) for name in (*recorded, "seconds", "x") if name in result}
    return CellOutcome(figures, x, "", attributes, dims)


@dataclass(frozen=True)
class PackedCell:
    """One cell on its way to another process: the files of `--load`, and the plan of this cell alone, pickled.

    The plan is unpickled only once the files are loaded, since its classes may be theirs.
    """

    files: tuple[LoadedFile, ...]
    plan: bytes


def packed(plan: Plan, index: Index, dumps: Callable[[Plan], bytes] = pickle.dumps) -> PackedCell:
    """A cell for `alone`."""
    return PackedCell(outside.loaded(), dumps(plan.only(index)))


def alone(given: PackedCell) -> CellOutcome:
    """The same in a process of its own or a worker of a cluster: one thread, since there are as many as cores."""
    import torch

    torch.set_num_threads(1)
    try:
        outside.take(given.files)
        plan = pickle.loads(given.plan)
    except Exception as error:  # a file may need what this process has not
        return _failed(error)
    return cell(plan, (0,) * len(plan.axes))
