"""The experiment that a wish asks for, from the one there is."""

from typing import Any

from torch import Tensor

from workbench.data import Shipped, Signal
from workbench.experiment import Experiment, fit, part
from workbench.parameters import changed, describe


def chosen(experiment: Experiment, kind: str, name: str) -> Experiment:
    """Another truth, operator, noise, prior or algorithm, by name."""
    shape = experiment.operator.in_shape
    if kind == "truth":
        return _with_signal(experiment, Shipped(name, max(shape[1:])))
    return changed(experiment, **{kind: part(kind, name, shape)})


def with_value(experiment: Experiment, path: str, value: Any) -> Experiment:
    """Another value of a parameter: "operator.width", "steps", "truth.size"."""
    owner, _, name = path.rpartition(".")
    if not owner:
        return changed(experiment, **{name: value})
    new = changed(getattr(experiment, owner), **{name: value})
    return _with_signal(experiment, new) if owner == "truth" else changed(experiment, **{owner: new})


def for_signal(experiment: Experiment, signal: Signal, x: Tensor) -> Experiment:
    """Another signal, x as a tensor, and the operator for its shape."""
    return changed(experiment, truth=signal, operator=fit(experiment.operator, tuple(x.shape[1:])))


def _with_signal(experiment: Experiment, signal: Signal) -> Experiment:
    return for_signal(experiment, signal, signal.tensor())


def makes_data(experiment: Experiment) -> list[Any]:
    """What the data depend on."""
    parts = (experiment.truth, experiment.operator, experiment.noise, experiment.seed, experiment.device)
    return [describe(part) for part in parts]


def begins_anew(old: Experiment, new: Experiment) -> bool:
    """Whether these are other data or another machine; all else acts on the run that is going."""
    kinds = [(type(e.operator), type(e.noise), describe(e.truth), e.seed, e.device) for e in (old, new)]
    return kinds[0] != kinds[1] or old.operator.in_shape != new.operator.in_shape
