"""An experiment as others may hear of it: in Python, and without the folders of this machine."""

import json

from workbench import parameters
from workbench.data import File, Measured
from workbench.experiment import Experiment
from workbench.live.address import file_name
from workbench.parameters import changed

_HEAD = """from workbench import algorithms, data, noise, operators, priors
from workbench.experiment import Experiment

"""


def told(experiment: Experiment) -> Experiment:
    """The same; of a person's own file only the name, not where a server has put it."""
    source, name = experiment.source, file_name(experiment.source)
    if isinstance(source, File):
        return changed(experiment, source=changed(source, path=name))
    named = isinstance(source, Measured) and isinstance(source.data, str)
    return changed(experiment, source=changed(source, data=name)) if named else experiment


def python(experiment: Experiment) -> str:
    """The Python that repeats what is shown."""
    return f"{_head(experiment)}{_own_file(experiment)}result = {_made(experiment)}.run()\n"


def notebook(experiment: Experiment) -> str:
    """A notebook that shows the same, live: an .ipynb file, as JSON."""
    live = f"{_own_file(experiment)}experiment = {_made(experiment)}\nwb = Workbench(experiment)\nwb"
    sources = (
        f"{_head(experiment).rstrip()}\nfrom workbench.notebook import Workbench\n\n{live}",
        "result = await wb.done()\nresult.workbench.plot()",
    )
    cells = [_cell(f"cell-{number}", source) for number, source in enumerate(sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}, indent=1
    )


def _cell(name: str, source: str) -> dict[str, object]:
    return {
        "cell_type": "code",
        "id": name,
        "source": source,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
    }


def _own_file(experiment: Experiment) -> str:
    name = file_name(experiment.source)
    return f"# {name} is your own file: put it beside this script\n" if name else ""


def _made(experiment: Experiment) -> str:
    return parameters.as_code(told(experiment)).removeprefix("experiment.")


def _head(experiment: Experiment) -> str:
    """The imports that its Python needs."""
    wanted = "operators, parametrisations," if "parametrisations." in _made(experiment) else "operators,"
    return _HEAD.replace("operators,", wanted)
