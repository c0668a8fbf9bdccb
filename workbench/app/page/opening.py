"""What can be opened as a page: an experiment, or the run of one."""

from pathlib import Path
from typing import Any

from workbench import storage
from workbench.experiment import Experiment, from_run
from workbench.problem import Problem
from workbench.refusal import Refusal

_WANTED = "an Experiment, or a run of one (a Dataset or its file)"


def as_experiment(given: Any) -> Experiment:
    """The experiment itself, or that of a saved run, which begins anew. Refusal for what has data of its own."""
    if isinstance(given, Experiment):
        return given
    if isinstance(given, str | Path):
        return as_experiment(storage.load(given))
    if "spec" in getattr(given, "attrs", {}):
        return from_run(given)
    if isinstance(given, Problem):
        remedy = "the page makes its data from a signal: Experiment(signal, operator, noise, prior, algorithm)"
        raise Refusal(_WANTED, "a Problem, which has data of its own", remedy)
    raise Refusal(_WANTED, f"a {type(given).__name__}", "create_app(Experiment()) shows the default one")
