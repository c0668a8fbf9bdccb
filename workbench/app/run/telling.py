"""An experiment as others may hear of it: in Python, and without the folders of this machine."""

from workbench import parameters
from workbench.app.address import file_name
from workbench.data import File
from workbench.experiment import Experiment
from workbench.parameters import changed

_HEAD = """from workbench import algorithms, data, noise, operators, priors
from workbench.experiment import Experiment

"""


def told(experiment: Experiment) -> Experiment:
    """The same; of a person's own file only the name, not where a server has put it."""
    truth = experiment.truth
    return changed(experiment, truth=changed(truth, path=file_name(truth))) if isinstance(truth, File) else experiment


def python(experiment: Experiment) -> str:
    """The Python that repeats what is shown."""
    truth, text = experiment.truth, parameters.as_code(told(experiment)).removeprefix("experiment.")
    own = f"# {file_name(truth)} is your own file: put it beside this script\n" if isinstance(truth, File) else ""
    return f"{_HEAD}{own}result = {text}.run()\n"
