"""What exists, read from the `__all__` of each sub-package."""

import difflib
import importlib
import inspect

from workbench.parameters import Checked, parameters
from workbench.refusal import Refusal

KINDS = {"operator": "operators", "noise": "noise", "prior": "priors", "algorithm": "algorithms"}
# Kinds that are no part of an experiment.
BESIDES = {
    "ensemble": "ensembles",
    "estimator": "analysis.information",
    "filter": "analysis.information.filters",
    "preconditioner": "preconditioners",
    "resolution": "analysis.information.plane",
    "sampler": "algorithms.diffusion.samplers",
    "schedule": "algorithms.diffusion.schedules",
    "task": "analysis.information.tasks",
}


def members(kind: str) -> dict[str, type]:
    """The public classes of a kind, of KINDS or BESIDES, that can be built without arguments."""
    module = importlib.import_module(f"workbench.{(KINDS | BESIDES)[kind]}")
    found = {name: getattr(module, name) for name in module.__all__}
    return {n: c for n, c in found.items() if isinstance(c, Checked) and not inspect.isabstract(c) and _ready(c)}


def _ready(cls: type) -> bool:
    """Whether a class can be built without arguments, as every member of the catalogue can."""
    return all(p.default is not inspect.Parameter.empty for p in parameters(cls))


def find(kind: str, name: str) -> type:
    """The class of that name; Refusal names the nearest ones."""
    known = members(kind)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=2) or list(known)
        raise Refusal(f"the name of a {kind}", repr(name), f"try {', '.join(near)}")
    return known[name]
