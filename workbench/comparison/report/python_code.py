"""The Python that makes a comparison again."""

import re

from workbench.comparison.compared_run import ComparedRun
from workbench.comparison.comparison import Comparison
from workbench.experiment import from_run
from workbench.parameters import as_code
from workbench.refusal import Refusal, short

_HOME = re.compile(r"(?<![\w.])((?:[a-z_]+\.)+)[A-Z]\w*\(")
_KEPT = re.compile(r"\barray_[0-9a-f]{8}\b|data\.Array\(")
_LONGEST = 2000  # letters of an experiment that is told whole


def code(comparison: Comparison, accuracy: float) -> str:
    """Runs of each experiment, compared; a run that only its file can make again is opened, and where it has no file
    a comment says so."""
    lines = [_line(run) for run in comparison.runs]
    homes = sorted({home.rstrip(".") for line in lines for home in _HOME.findall(line)} - {"workbench"})
    tops = sorted({home.partition(".")[0] for home in homes})
    deep = [f"import workbench.{home}" for home in homes if "." in home]
    head = [*deep, *(["import workbench"] if any("workbench.open(" in line for line in lines) and not deep else [])]
    head += [f"from workbench import {', '.join(tops)}"] * bool(tops)
    body = ["from workbench.comparison import compare", "", "runs = {}", *lines]
    end = ["comparison = compare(*runs.values(), labels=list(runs))"]
    end += [f'comparison.save_report("report.html", accuracy={accuracy!r})']
    return "\n".join([*head, *body, *end]) + "\n"


def _line(run: ComparedRun) -> str:
    """The lines of one run."""
    place = f"runs[{run.label!r}]"
    try:
        made = as_code(from_run(run.dataset))
    except Refusal as refusal:
        return _of_file(run, place, str(refusal))
    if _KEPT.search(made) or len(made) > _LONGEST:
        return _of_file(run, place, "it keeps arrays of its own")
    return f"{place} = {made}.run()"


def _of_file(run: ComparedRun, place: str, why: str) -> str:
    if run.path is not None:
        return f"{place} = workbench.open({str(run.path)!r}).result"
    comment = short(" ".join(why.split()), 200)
    return f"# {' '.join(run.label.split())}: only its file makes it again ({comment}): workbench.open(FILE).result"
