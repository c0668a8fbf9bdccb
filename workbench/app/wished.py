"""The experiment that a wish asks for, from the one there is."""

from typing import Any

from torch import Tensor

from workbench.data import Shipped, Signal, Source
from workbench.experiment import Experiment, part
from workbench.parameters import changed, describe


def chosen(experiment: Experiment, kind: str, name: str) -> Experiment:
    """Another truth, operator, noise, prior or algorithm, by name."""
    shape = experiment.operator.in_shape
    if kind == "truth":
        return _with_signal(experiment, Shipped(name, max(shape[1:])))
    new = changed(experiment, **{kind: part(kind, name, shape)})
    return new.fitted() if kind == "operator" and experiment.truth is None else new


def with_value(experiment: Experiment, path: str, value: Any) -> Experiment:
    """Another value of a parameter: "operator.width", "steps", "truth.size"."""
    owner, _, name = path.rpartition(".")
    if not owner:
        return changed(experiment, **{name: value})
    new = changed(getattr(experiment, owner), **{name: value})
    return _with_signal(experiment, new) if owner == "truth" else changed(experiment, **{owner: new})


def fitted(experiment: Experiment, source: Source, given: Tensor) -> Experiment:
    """Another source, which gives that tensor, and the operator for it."""
    return changed(experiment, source=source, operator=source.fitted(experiment.operator, given))


def _with_signal(experiment: Experiment, signal: Signal) -> Experiment:
    return fitted(experiment, signal, signal.tensor())


def makes_data(experiment: Experiment) -> list[Any]:
    """What the data depend on."""
    parts = (experiment.source, experiment.operator, experiment.noise, experiment.seed, experiment.device)
    return [describe(part) for part in parts]


def begins_anew(old: Experiment, new: Experiment) -> bool:
    """Whether these are other data or another machine; all else acts on the run that is going."""
    kinds = [(type(e.operator), type(e.noise), describe(e.source), e.seed, e.device) for e in (old, new)]
    return kinds[0] != kinds[1] or old.operator.in_shape != new.operator.in_shape
