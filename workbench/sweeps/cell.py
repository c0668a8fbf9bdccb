"""One cell of a sweep: a run, of which the last figures and the last x are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from workbench.refusal import LONGEST, Refusal, short
from workbench.sweeps.plan import Index, Plan


@dataclass(frozen=True)
class CellOutcome:
    """What a cell gave: its figures of merit and its x, or the sentence it ended with."""

    figures: Mapping[str, float] = field(default_factory=dict)
    x: np.ndarray | None = None
    sentence: str = ""


def cell(plan: Plan, index: Index) -> CellOutcome:
    """Run one cell; what goes wrong in it is its sentence, so that the others go on."""
    try:
        return _run(plan, index)
    except Refusal as refusal:
        return CellOutcome(sentence=str(refusal))
    except Exception as error:  # any fault of one cell, such as a full memory, is that cell's
        return CellOutcome(sentence=short(f"{type(error).__name__}: {' '.join(str(error).split())}", LONGEST))


def _run(plan: Plan, index: Index) -> CellOutcome:
    experiment = plan.experiment(index)
    result = experiment.run(every=max(experiment.steps, 1))
    recorded = [str(name) for name, column in result.data_vars.items() if column.dims == ("k", "batch")]
    figures = {name: float(result[name].values[-1].mean()) for name in recorded}
    figures |= {"iterations": float(result.k[-1]), "seconds": float(result.seconds[-1])}
    x = result["x"].values if "x" in result else None
    return CellOutcome(figures, x, "")


def alone(plan: Plan, index: Index) -> CellOutcome:
    """The same in a process of its own or a worker of a cluster: one thread, since there are as many as cores."""
    import torch

    torch.set_num_threads(1)
    return cell(plan, index)
