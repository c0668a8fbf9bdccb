"""What can be opened as a page: an experiment, or the run of one."""

import json
from pathlib import Path
from typing import Any

from workbench import storage
from workbench.experiment import Experiment, from_description
from workbench.problem import Problem
from workbench.refusal import Refusal

_WANTED = "an Experiment, or a run of one (a Dataset or its file)"


def as_experiment(given: Any) -> Experiment:
    """The experiment itself, or that of a saved run, which begins anew. Refusal for what has data of its own."""
    if isinstance(given, Experiment):
        return given
    if isinstance(given, str | Path):
        return as_experiment(storage.load(given))
    spec = getattr(given, "attrs", {}).get("spec")
    if spec is not None:
        described = json.loads(spec)
        if "truth" not in described:
            remedy = "make an Experiment of its parts, and create_app(experiment)"
            raise Refusal(_WANTED, "a run of a problem made in code, whose signal has no description", remedy)
        return from_description(described)
    if isinstance(given, Problem):
        remedy = "the page makes its data from a signal: Experiment(signal, operator, noise, prior, algorithm)"
        raise Refusal(_WANTED, "a Problem, which has data of its own", remedy)
    raise Refusal(_WANTED, f"a {type(given).__name__}", "create_app(Experiment()) shows the default one")
