"""The table of what differs between runs, and how good each is now."""

import html

import numpy as np

from workbench.comparison.comparison import ACCURACY
from workbench.comparison.metrics import TITLES
from workbench.comparison.recorded_rows import last
from workbench.comparison.report.words import number
from workbench.live.pins.beside import METRICS, AllBeside, OneBeside

_EFFORT, _NEAR = ("k", "seconds", "calls"), f"within {ACCURACY:.1%} of the best"
_CELL = "padding:2px 14px 2px 0;text-align:left;border-bottom:1px solid rgba(128,128,128,.3);vertical-align:top"
_TABLE = "border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums"


def table(beside: AllBeside) -> str:
    """HTML in which every text is escaped: metrics, then settings that differ, a column a run."""
    runs, differing, agreeing = beside.differing()
    rows = [(TITLES[name], [number(last(run, name), name) for run in runs]) for name in METRICS if _known(runs, name)]
    rows += [(f"{TITLES[name]} to {_NEAR}", _until(beside, runs, name)) for name in _EFFORT if _known(runs, name)]
    rows += [(path, list(words)) for path, words in differing]
    head = _row("th", "", [run.label for run in runs])
    body = "".join(_row("td", name, cells) for name, cells in rows)
    said = f"{agreeing} settings agree" if len(runs) > 1 else "Pin a run to see what differs."
    note = f"<p style='font-size:12.5px;opacity:.75;margin:4px 0'>{html.escape(said)}</p>"
    return f"<div style='overflow-x:auto'><table style='{_TABLE}'>{head}{body}</table></div>{note}"


def _until(beside: AllBeside, runs: tuple[OneBeside, ...], name: str) -> list[str]:
    """What each took until it was as near to the best objective of its problem as ACCURACY says."""
    marks = [beside.mark(run) for run in runs]
    columns = [run.columns.get(name, np.zeros(0)) for run in runs]
    unmarked = ["objective" not in run.columns or run.diverged for run in runs]
    return [
        "–" if none or not len(column) else "never" if m is None else number(column[m], name)
        for none, m, column in zip(unmarked, marks, columns, strict=True)
    ]


def _known(runs: tuple[OneBeside, ...], name: str) -> bool:
    return any(last(run, name) is not None for run in runs)


def _row(tag: str, name: str, cells: list[str]) -> str:
    scope = " scope='col'" if tag == "th" else ""
    first = f"<th scope='row' style='{_CELL};font-weight:500'>{html.escape(name)}</th>"
    return f"<tr>{first}" + "".join(f"<{tag}{scope} style='{_CELL}'>{html.escape(c)}</{tag}>" for c in cells) + "</tr>"
