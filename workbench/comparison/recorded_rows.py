"""What the rows of a run may be compared with: the rules that files, reports and the page share."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np

EXCESS = "excess"  # of the objective over the best of the same problem, relative: drawn, not recorded
OF_OBJECTIVE = ("objective", "misfit", "prior")
OF_TRUTH = ("psnr", "ssim")


class RecordedRows(Protocol):
    """A run by what was recorded of it, a row an iteration: a saved one, or the one that a page draws.

    Equal keys may be compared: of the objective, of problem and data, of the truth. The rows up to `changed_at` are of
    other settings.
    """

    @property
    def objective_key(self) -> str: ...
    @property
    def problem_key(self) -> str: ...
    @property
    def truth_key(self) -> str: ...
    @property
    def changed_at(self) -> int: ...
    @property
    def diverged(self) -> bool: ...
    def column(self, name: str) -> np.ndarray | None:
        """A quantity at each row, `k` among them; None where it was not recorded."""


def settled(run: RecordedRows, name: str) -> np.ndarray | None:
    """A quantity at the rows after the last change of a setting; NaN before it, where the numbers are of others."""
    column, ks = run.column(name), run.column("k")
    return None if column is None or ks is None else np.where(ks > run.changed_at, column, np.nan)


def reached(run: RecordedRows, name: str) -> np.ndarray | None:
    """That which may be the best, or a mark; NaN everywhere of a run that diverged."""
    column = settled(run, name)
    return np.full_like(column, np.nan) if column is not None and run.diverged else column


def last(run: RecordedRows, name: str) -> float | None:
    """A quantity at the last row where it is known."""
    known = _known(run.column(name))
    return float(known[-1]) if len(known) else None


def kind(run: RecordedRows, name: str) -> str:
    """Equal for runs whose values of a quantity may lie over each other."""
    if name in (EXCESS, *OF_OBJECTIVE):
        return run.objective_key
    return run.truth_key if name in OF_TRUTH else ""


def least(runs: Iterable[RecordedRows]) -> dict[str, float]:
    """The least objective that any run of a problem has reached with its last settings, by the key of the problem."""
    best: dict[str, float] = {}
    for run in runs:
        if len(known := _known(reached(run, "objective"))):
            best[run.problem_key] = min(float(known.min()), best.get(run.problem_key, np.inf))
    return best


def highest(runs: Iterable[RecordedRows]) -> dict[str, float]:
    """The best PSNR, in dB, that any run of a truth reached with its last settings, by the key of the truth."""
    best: dict[str, float] = {}
    for run in runs:
        if len(known := _known(reached(run, "psnr"))):
            best[run.truth_key] = max(float(known.max()), best.get(run.truth_key, -np.inf))
    return best


def relative_excess(objective: np.ndarray, best: float) -> np.ndarray:
    """(objective - best) / |best|."""
    return (objective - best) / max(abs(best), np.finfo(float).tiny)


def first(reached_there: np.ndarray) -> int | None:
    """The first row at which something holds; None for never."""
    rows = np.flatnonzero(reached_there)
    return int(rows[0]) if len(rows) else None


def _known(column: np.ndarray | None) -> np.ndarray:
    return column[np.isfinite(column)] if column is not None else np.zeros(0)
