"""The experiment that a wish asks for, from the one there is."""

from typing import Any

from torch import Tensor

from workbench.data import Shipped, Signal
from workbench.experiment import Experiment, fit
from workbench.parameters import changed, describe
from workbench.paths import Form


def form_of(experiment: Experiment) -> Form:
    """All that a person can set of an experiment, by path: "operator.width", "prior.second", "steps"."""
    return Form(experiment, experiment.operator.in_shape)


def wished(experiment: Experiment, path: str, said: Any) -> Experiment:
    """Another value of a parameter, or a member by name, wherever it stands; a truth by the name of its signal."""
    if path == "truth" and isinstance(said, str):
        said = Shipped(said, max(experiment.operator.in_shape[1:]))
    new = form_of(experiment).taking(path, said).root
    return new if new.truth is experiment.truth else _with_signal(new, new.truth)


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
