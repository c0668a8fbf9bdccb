"""A comparison as tables of plain text."""

from collections.abc import Sequence

from workbench.comparison.comparison import BELOW, Comparison
from workbench.comparison.marks import Mark
from workbench.comparison.metrics import TITLES
from workbench.comparison.report.words import number, spread

Rows = list[tuple[str, ...]]


def metric_rows(comparison: Comparison) -> Rows:
    """A row a metric, a column a run."""
    rows = comparison.metrics.items()
    return [(TITLES[name], *(number(v, name) for v in values)) for name, values in rows]


def replicate_rows(comparison: Comparison) -> Rows:
    """A row a metric, a column a group of runs that differ by their seeds alone; none where there is no such group."""
    groups = comparison.replicates
    if all(group.n == 1 for group in groups):
        return []
    rows: Rows = [("seeds", *(str(group.n) for group in groups))]
    for name in comparison.metrics:
        rows.append((TITLES[name], *(spread(g.mean[name], g.deviation[name], name) for g in groups)))
    return rows


def mark_rows(marks: Sequence[Mark | None]) -> Rows:
    """Iterations, seconds and calls at equal accuracy, a column a run."""
    heads = {"k": "iterations", "seconds": "seconds", "calls": "operator calls"}
    return [(head, *(_mark(mark, over) for mark in marks)) for over, head in heads.items()]


def _mark(mark: Mark | None, over: str) -> str:
    if mark is None:
        return "–"
    return number(mark.at(over), over) if mark.reached else "never"


def setting_rows(comparison: Comparison) -> Rows:
    """A row a setting that differs, a column a run."""
    return [(setting.path, *setting.words) for setting in comparison.differing]


def mark_heads(comparison: Comparison, accuracy: float) -> tuple[tuple[str, Rows], ...]:
    """The tables of marks with what each is of: of the objective, and of the PSNR, where runs have them."""
    made = []
    if "objective" in comparison.quantities:
        head = f"first within {accuracy:g} of the best objective of the same problem"
        made.append((head, mark_rows(comparison.marks(accuracy))))
    levels = comparison.psnr_levels
    known = sorted({level for level in levels if level is not None})
    if len(known) == 1:
        made.append((f"first at {known[0]:.2f} dB", mark_rows(comparison.psnr_marks())))
    elif known:
        own = (TITLES["psnr"], *(number(level, "psnr") for level in levels))
        head = f"first within {BELOW:g} dB of the best for the same truth"
        made.append((head, [own, *mark_rows(comparison.psnr_marks())]))
    return tuple(made)


def summary(comparison: Comparison) -> str:
    """The runs by their labels, and the metrics at the end of each."""
    return _table([("", *comparison.labels), *metric_rows(comparison)])


def whole(comparison: Comparison, accuracy: float) -> str:
    """All tables for a terminal, with the sentences of what cannot be compared."""
    heads = ("", *comparison.labels)
    parts = [_table([heads, *setting_rows(comparison)]) if comparison.differing else "no setting differs"]
    folded = len(comparison.agreeing)
    parts.append(f"{folded} settings agree" if folded != 1 else "1 setting agrees")
    parts.append(_table([("at the end", *comparison.labels), *metric_rows(comparison)]))
    if rows := replicate_rows(comparison):
        groups = ("over seeds", *(group.label for group in comparison.replicates))
        parts.append(_table([groups, *rows]))
    parts += [_table([(head, *comparison.labels), *rows]) for head, rows in mark_heads(comparison, accuracy)]
    return "\n\n".join([*parts, *comparison.notes])


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
