"""What can be opened as a page: an experiment, or the run of one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from workbench import storage
from workbench.data import Measured
from workbench.experiment import Experiment, from_run
from workbench.problem import Problem
from workbench.refusal import Refusal

_WANTED = "an Experiment, a run (a Dataset or its file), or a Problem of measured data"


def as_experiment(given: Any) -> Experiment:
    """The experiment itself, that of a saved run, which begins anew, or one of the measured data of a Problem."""
    if isinstance(given, Experiment):
        return given
    if isinstance(given, str | Path):
        return as_experiment(storage.load(given))
    if "spec" in getattr(given, "attrs", {}):
        return from_run(given)
    if isinstance(given, Problem) and given.truth is None:
        parts = given.given_operator, given.noise, given.prior.given
        return Experiment(Measured(given.y), *parts, parametrisation=given.parametrisation)
    if isinstance(given, Problem):
        remedy = "give Experiment(signal, operator, noise, prior, algorithm), which makes the data, or leave truth out"
        raise Refusal(_WANTED, "a Problem with data and a truth of its own", remedy)
    raise Refusal(_WANTED, f"a {type(given).__name__}", "create_app(Experiment()) shows the default one")


def opened(given: Any) -> tuple[Experiment, Tensor | None]:
    """The same of anything, nothing included, and the truth of a Problem that has its own."""
    if isinstance(given, Problem):
        data = replace(given, truth=None)
        return as_experiment(data), given.truth
    return Experiment() if given is None else as_experiment(given), None
