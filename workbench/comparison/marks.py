"""When each run was first as accurate as is asked: iterations, seconds and calls to equal accuracy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.comparison.compared_run import ComparedRun
from workbench.comparison.curves import abscissa
from workbench.comparison.recorded_rows import first, least, reached, relative_excess


@dataclass(frozen=True)
class Mark:
    """The first recorded iteration at which a run was as accurate as asked, with its seconds and calls.

    `k` is None for a run that never was: `reached` is false; calls are None where they were not counted.
    """

    label: str
    k: int | None = None
    seconds: float | None = None
    calls: float | None = None

    @property
    def reached(self) -> bool:
        return self.k is not None

    def at(self, over: str) -> float | None:
        """The mark on an abscissa: k, seconds or calls."""
        return {"k": self.k, "seconds": self.seconds, "calls": self.calls}[over]


def of_objective(runs: Sequence[ComparedRun], accuracy: float) -> tuple[Mark | None, ...]:
    """Where objective - best <= accuracy |best|, best the least that any run of the same problem reached.

    None for a run that recorded no objective with its last settings, and for one that diverged.
    """
    best = least(runs)
    made: list[Mark | None] = []
    for run in runs:
        column, known = reached(run, "objective"), best.get(run.problem_key)
        if column is None or known is None or not np.isfinite(column).any():
            made.append(None)
            continue
        made.append(_mark(run, relative_excess(column, known) <= accuracy))
    return tuple(made)


def of_psnr(runs: Sequence[ComparedRun], levels: Sequence[float | None]) -> tuple[Mark | None, ...]:
    """Where PSNR >= its level, in dB, with the last settings of a run; None without a truth, and where it diverged."""
    made: list[Mark | None] = []
    for run, level in zip(runs, levels, strict=True):
        column = reached(run, "psnr")
        if level is None or column is None or not np.isfinite(column).any():
            made.append(None)
            continue
        made.append(_mark(run, column >= level))
    return tuple(made)


def _mark(run: ComparedRun, there: np.ndarray) -> Mark:
    """The first row at which it is so; what is not known is not."""
    row = first(there)
    if row is None:
        return Mark(run.label)
    calls = abscissa(run, "calls")
    counted = float(calls[row]) if calls is not None and np.isfinite(calls[row]) else None
    return Mark(run.label, int(run.dataset["k"].values[row]), float(run.dataset["seconds"].values[row]), counted)
