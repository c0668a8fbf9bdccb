"""What was recorded along runs, over iterations, seconds or calls of the operator."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.comparison.compared_run import ComparedRun
from workbench.comparison.recorded_rows import EXCESS, kind, least, relative_excess, settled
from workbench.refusal import Refusal, one_of

ABSCISSAE = {"k": "iteration k", "seconds": "seconds of solving", "calls": "operator calls"}


@dataclass(frozen=True, eq=False)
class RunCurve:
    """`values` at `xs`, after `ks` iterations, each (n,), of the run with the number `run`; only where known."""

    run: int
    label: str
    ks: np.ndarray
    xs: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class CurveAxis:
    """Curves that mean the same and may lie over each other: `label` and `unit` of their values.

    `log`: an objective that is positive everywhere. `title` says whose they are, where there are other axes.
    """

    name: str
    label: str
    unit: str
    over: str
    curves: tuple[RunCurve, ...]
    log: bool
    title: str = ""

    @property
    def words(self) -> str:
        return f"{self.label}, {self.unit}" if self.unit else self.label


def recorded(runs: Sequence[ComparedRun]) -> tuple[str, ...]:
    """The quantities that any of the runs has recorded; the objective's excess over the best with it."""
    names = (str(n) for run in runs for n in run.dataset.data_vars if run.column(str(n)) is not None)
    found = tuple(dict.fromkeys(names))
    return (*found, EXCESS) if least(runs) else found


def axes(runs: Sequence[ComparedRun], name: str, over: str) -> tuple[CurveAxis, ...]:
    """A quantity of all runs that have it: one axis for those that may be compared, another one for others."""
    one_of("a recorded quantity", name, recorded(runs))
    one_of("an abscissa", over, ABSCISSAE)
    best = least(runs)
    groups: dict[str, list[RunCurve]] = {}
    for number, run in enumerate(runs):
        made = curve(number, run, name, over)
        if made is not None and name == EXCESS:
            made = _excess(made, best[run.problem_key]) if run.problem_key in best else None
        if made is not None:
            groups.setdefault(kind(run, name), []).append(made)
    if not groups:
        raise Refusal(f"{name} over {ABSCISSAE[over]}", "runs that did not record both", "take another abscissa")
    label, unit = _words(runs, name)
    return tuple(_axis(name, label, unit, over, group, len(groups) > 1) for group in groups.values())


def _excess(made: RunCurve, best: float) -> RunCurve | None:
    """The objective's excess where it is above 0, which is what a logarithmic axis can show."""
    values = relative_excess(made.values, best)
    seen = values > 0
    return RunCurve(made.run, made.label, made.ks[seen], made.xs[seen], values[seen]) if seen.any() else None


def _words(runs: Sequence[ComparedRun], name: str) -> tuple[str, str]:
    if name == EXCESS:
        return "relative excess of the objective", ""
    told = next(run.dataset[name].attrs for run in runs if run.column(name) is not None)
    return str(told.get("long_name", name)), str(told.get("units", ""))


def curve(number: int, run: ComparedRun, name: str, over: str) -> RunCurve | None:
    """A quantity of one run where it and the abscissa are known; None where they are nowhere."""
    values, xs = settled(run, "objective") if name == EXCESS else run.column(name), abscissa(run, over)
    if values is None or xs is None:
        return None
    seen = np.isfinite(values) & np.isfinite(xs)
    return RunCurve(number, run.label, run.dataset["k"].values[seen], xs[seen], values[seen]) if seen.any() else None


def abscissa(run: ComparedRun, over: str) -> np.ndarray | None:
    """Iterations, seconds or calls at each row; None where they were not counted."""
    return run.dataset[over].values.astype(float) if over in run.dataset.coords else None


def _axis(name: str, label: str, unit: str, over: str, group: list[RunCurve], several: bool) -> CurveAxis:
    log = name == EXCESS or (name == "objective" and all(bool((c.values > 0).all()) for c in group))
    title = ", ".join(c.label for c in group) if several else ""
    return CurveAxis(name, label, unit, over, tuple(group), log, title)
