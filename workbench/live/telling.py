"""An experiment as others may hear of it: in Python, and without the folders of this machine."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from workbench import data, example_scans, parameters
from workbench.data import ExampleScan, File, Measured
from workbench.experiment import Experiment
from workbench.live.address import file_name
from workbench.parameters import as_text, changed, describe
from workbench.tensors import shown

_USUAL = ("algorithms", "data", "noise", "operators", "priors")
_MODULES = tuple(sorted((*_USUAL, "parametrisations", "stopping")))
_LONGEST = 100  # letters
_HEAD = """from workbench import {}
from workbench.experiment import Experiment

"""

_EXAMPLE = """from workbench import {}
from workbench.example_scans import example
from workbench.parameters import changed

"""


def told(experiment: Experiment) -> Experiment:
    """The same; of a person's own file only the name, not where a server has put it."""
    source, name = experiment.source, file_name(experiment.source)
    if isinstance(source.bare, File):
        return changed(experiment, source=source.over(changed(source.bare, path=name)))
    named = isinstance(source, Measured) and source.path is not None and not isinstance(source, ExampleScan)
    return changed(experiment, source=changed(source, data=name)) if named else experiment


def in_short(value: Any) -> str:
    """A value in a mark on the curves: itself, or of long ones what it is."""
    words = as_text(round(value, 6) if isinstance(value, float) else value)
    return words if len(words) < _LONGEST else type(value).__name__


def python(experiment: Experiment) -> str:
    """The Python that repeats what is shown."""
    return f"{_head(experiment)}{_own_file(experiment)}result = {_made(experiment)}.run()\n"


def live_cell(experiment: Experiment) -> str:
    """The lines of a cell that shows an experiment, live."""
    return f"{_own_file(experiment)}experiment = {_made(experiment)}\nwb = Workbench(experiment)\nwb"


def imports(experiment: Experiment) -> str:
    """The imports that `live_cell` needs."""
    return f"{_head(experiment).rstrip()}\nfrom workbench.notebook import Workbench"


def notebook(experiment: Experiment) -> str:
    """A notebook that shows the same, live: an .ipynb file, as JSON."""
    sources = (
        f"{imports(experiment)}\n\n{live_cell(experiment)}",
        "result = await wb.done()\nresult.workbench.plot()",
    )
    return notebook_of([("code", source) for source in sources])


def notebook_of(cells: Sequence[tuple[Literal["code", "markdown"], str]]) -> str:
    """An .ipynb file, as JSON, of cells that have not been run, each a kind and its text."""
    made = [_cell(f"cell-{number}", *cell) for number, cell in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _cell(name: str, kind: str, source: str) -> dict[str, object]:
    cell = {"cell_type": kind, "id": name, "source": source, "metadata": {}}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _own_file(experiment: Experiment) -> str:
    name = file_name(experiment.source)
    said = f"# {name} is your own file: put it beside this script\n" if name else ""
    return said + "".join(_array_lines(experiment))


def _array_lines(experiment: Experiment) -> Sequence[str]:
    """A line for each array that the Python names: what reads it from its file, where it is one of a file."""
    made = _made(experiment)
    lines = []
    for each in _arrays(describe(experiment)):
        name = f"array_{each['array'][:8]}"
        path, variable = data.split(each.get("name", ""))
        inner = f", {variable!r}" if variable else ""
        shape = shown(tuple(each["shape"]))
        line = f"{name} = data.load_array({path!r}{inner}).tensor\n"
        if not data.is_file_name(path):
            line = f"# {name}, {shape} numbers, is in no file of yours: take it from the saved run\n"
        if name in made and line not in lines:
            lines.append(line)
    return lines


def _arrays(description: Any) -> Iterator[Mapping[str, Any]]:
    """The descriptions of arrays in one of an object."""
    if isinstance(description, Mapping) and {"array", "dtype", "shape"} <= set(description):
        yield description
        return
    inner = description.values() if isinstance(description, Mapping) else description
    for each in inner if isinstance(inner, Iterable) and not isinstance(inner, str) else ():
        yield from _arrays(each)


def _made(experiment: Experiment) -> str:
    if name := experiment.source.bare.example:
        return _of_example(experiment, name)
    return parameters.as_code(told(experiment)).removeprefix("experiment.")


def _of_example(experiment: Experiment, name: str) -> str:
    """The example, and what was changed of it: its arrays need no name then."""
    own = dict(parameters.arguments(example_scans.example(name)))
    now = dict(parameters.arguments(experiment))
    other = [f"{k}={parameters.as_code(v)}" for k, v in now.items() if describe(v) != describe(own[k])]
    made = f"example({name!r})"
    return f"changed({made}, {', '.join(other)})" if other else made


def _head(experiment: Experiment) -> str:
    """The imports that its Python needs."""
    made = _made(experiment)
    wanted = ", ".join(name for name in _MODULES if name in _USUAL or f"{name}." in made)
    head = _EXAMPLE if experiment.source.bare.example else _HEAD
    return head.format(wanted)
