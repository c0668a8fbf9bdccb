"""What exists: the `__all__` of each sub-package, and classes of others (`parameters.outside`)."""

import difflib
import importlib
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.parameters import Checked, home, outside, parameters, renamed
from workbench.refusal import Refusal, article, listed

KINDS = {
    "operator": "operators",
    "parametrisation": "parametrisations",
    "noise": "noise",
    "prior": "priors",
    "algorithm": "algorithms",
}
# Kinds that are no part of an experiment.
BESIDES = {
    "ensemble": "ensembles",
    "estimator": "analysis.information",
    "filter": "analysis.information.filters",
    "hypergradient": "tuning.hypergradients.gradients",
    "hyperparameter": "tuning.hypergradients.hyperparameters",
    "learner": "tuning.hypergradients.learners",
    "preconditioner": "preconditioners",
    "quantifier": "tuning.quantifiers",
    "readout": "lessons.readouts",
    "region": "data.regions",
    "resolution": "analysis.information.plane",
    "sampler": "algorithms.diffusion.samplers",
    "schedule": "algorithms.diffusion.schedules",
    "selector": "tuning.selectors",
    "statement": "lessons.statements",
    "step": "data.steps",
    "stop": "stopping",
    "task": "analysis.information.tasks",
}
_VIEW = "workbench.app.toolkit.tab.View"


def members(kind: str) -> dict[str, type]:
    """The public classes of a kind, of KINDS or BESIDES, that can be built without arguments, those of others last."""
    module = importlib.import_module(f"workbench.{(KINDS | BESIDES)[kind]}")
    own = {name: getattr(module, name) for name in module.__all__}
    others = {c.__name__: c for c in outside.found(module.__name__) if kind_of(c) == kind}
    return {n: c for n, c in (own | {n: c for n, c in others.items() if n not in own}).items() if _ready(c)}


def base(kind: str) -> type:
    """The class that every member of a kind derives from: Operator, Noise, Schedule, ..."""
    module = importlib.import_module(f"workbench.{(KINDS | BESIDES)[kind]}")
    return getattr(module, kind.capitalize())


def kind_of(cls: type) -> str | None:
    """The kind that a class is of, the nearest where one kind derives from another; None where it is of none."""
    bases = {base(kind): kind for kind in KINDS | BESIDES}
    return next((bases[c] for c in cls.__mro__ if c in bases), None)


def _ready(cls: object) -> bool:
    """Whether it is a public class that can be built without arguments, as every member of the catalogue can."""
    return isinstance(cls, Checked) and not inspect.isabstract(cls) and not _without_default(cls)


def _without_default(cls: type) -> list[str]:
    return [p.name for p in parameters(cls) if p.required]


def find(kind: str, name: str) -> type:
    """The class of that name; Refusal names the nearest ones."""
    known = members(kind)
    name = present(name, known)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=2)
        raise Refusal(f"the name of {article(kind)}", repr(name), f"try {' or '.join(near) or listed(list(known))}")
    return known[name]


def _is_view(value: object) -> bool:
    """Whether it is a view of the page, which is not imported here."""
    return isinstance(value, type) and any(f"{c.__module__}.{c.__name__}" == _VIEW for c in value.__mro__[1:])


def present(name: str, known: Mapping[str, type]) -> str:
    """The name of today for one that a class among the known had before."""
    return name if name in known else renamed.class_name(name, map(home, known.values()))


def load(path: str | Path) -> Sequence[type]:
    """The classes of a Python file that join the catalogue; Refusal where there is none, or one that cannot join.

    None of a file of views: the page has them, and no experiment.
    """
    module = outside.load(path)
    bases = tuple(base(kind) for kind in KINDS | BESIDES)
    found = [c for c in vars(module).values() if isinstance(c, Checked) and c.__module__ == module.__name__]
    theirs = [c for c in found if issubclass(c, bases)]
    found = [c for c in theirs if not inspect.isabstract(c)]
    if theirs and not found:
        cls, lacking = theirs[0], sorted(theirs[0].__abstractmethods__)
        raise Refusal(f"a class with all its methods in {Path(path).name}", cls.__name__, f"give it {listed(lacking)}")
    if not found and any(map(_is_view, vars(module).values())):
        return []  # the page takes those
    if not found:
        remedy = (
            "derive it from Operator, LinearOperator, Prior, Noise, Algorithm, Parametrisation or View: docs/adding.md"
        )
        raise Refusal(f"a class for the catalogue in {Path(path).name}", "none", remedy)
    ready = [c for c in found if not _without_default(c)]  # the others are their bases, perhaps
    if not ready:
        cls, missing = found[0], _without_default(found[0])
        raise Refusal(f"a default for every argument of {cls.__name__}", f"none for {listed(missing)}", "give one")
    for cls in ready:
        kind = kind_of(cls)
        assert kind is not None  # it derives from one of the bases
        if members(kind)[cls.__name__] is not cls:
            remedy = "rename it; if it is that one, name it alone, without its file"
            raise Refusal(f"another name for {cls.__name__}", f"that of {article(kind)} of the workbench", remedy)
    return ready
