"""An experiment as others may hear of it: in Python, and without the folders of this machine."""

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
    name, text = file_name(experiment.source), parameters.as_code(told(experiment)).removeprefix("experiment.")
    own = f"# {name} is your own file: put it beside this script\n" if name else ""
    head = _HEAD.replace("operators,", "operators, parametrisations,") if "parametrisations." in text else _HEAD
    return f"{head}{own}result = {text}.run()\n"
