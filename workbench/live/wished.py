"""The experiment that a wish asks for, from the one there is."""

from dataclasses import replace
from typing import Any

from torch import Tensor

from workbench import catalog
from workbench.algorithms import FilteredBackprojection
from workbench.algorithms.choice import suited
from workbench.data import Loaded, Shipped, Source
from workbench.data.source import as_many_coils, fitted_to, for_first, shapes_to_try
from workbench.experiment import Experiment
from workbench.live.own_arrays import of_same_file
from workbench.operators import Scan
from workbench.parameters import changed, describe
from workbench.paths import Form, Words, member, operator_of
from workbench.problem import Problem
from workbench.refusal import Refusal


def form_of(experiment: Experiment) -> Form:
    """All that a person can set of an experiment, by path: "operator.width", "prior.second", "steps"."""
    return Form(experiment, experiment.operator.in_shape)


def wished(experiment: Experiment, path: str, said: Any) -> Experiment:
    """Another value of a parameter, or a member by name, wherever it stands; a truth by the name of its signal."""
    if path == "truth" and isinstance(said, str):
        said = Shipped(said, max(experiment.operator.in_shape[1:]))
    head, _, inner = path.partition(".")
    source = experiment.source
    if head in ("truth", "source") and inner and source.bare is not source and not inner.startswith("signal."):
        path = f"{head}.signal.{inner}"  # it is painted on, and its own arguments stand further in
    if head in ("truth", "source"):
        said = of_same_file(experiment.source, inner, said)
    if path == "operator" and isinstance(said, str) and experiment.truth is None:
        return _explained_by(experiment, said)
    new = form_of(experiment).taking(path, said).root
    if type(new.operator) is not type(experiment.operator) or path == "truth":
        new = changed(new, lost=())  # which were some of other data
    if new.source is not experiment.source:
        return fitted(new, new.source, new.source.loaded().tensor)
    # What was measured stays: another operator is built for an unknown that has such data.
    return new.fitted() if new.truth is None and new.operator is not experiment.operator else new


def _explained_by(experiment: Experiment, name: str) -> Experiment:
    """Another operator for measured data: it says itself which of their axes are channels, such as coils."""
    if name == type(experiment.operator).__name__:
        return experiment
    given = experiment.source.loaded().tensor
    usual = as_many_coils(experiment.source, catalog.find("operator", name)(), given)
    shapes = shapes_to_try(usual, experiment.source, given)
    made = for_first(shapes, lambda shape: fitted_to(experiment.source, usual.fitted(shape), given))
    return changed(experiment, operator=made, lost=())


def fitted(experiment: Experiment, source: Source, given: Tensor) -> Experiment:
    """Another source, which gives that tensor, and the operator for it."""
    return changed(experiment, source=source, operator=source.fitted(experiment.operator, given))


def explained(experiment: Experiment, source: Source, given: Tensor, words: Words) -> Experiment:
    """Another source in place of the one there was, explained by what the words say, or by what there is.

    They say the operator, the noise and the parametrisation.
    """
    if not words:
        return fitted(experiment, source, given)
    operator = operator_of(words, experiment.operator, source, given)
    noise = member("noise", words, experiment.noise, operator.in_shape)
    unknown = member("parametrisation", words, experiment.parametrisation, operator.in_shape)
    lost = experiment.lost if type(operator) is type(experiment.operator) else ()
    return changed(experiment, source=source, operator=operator, noise=noise, parametrisation=unknown, lost=lost)


def at_first(experiment: Experiment, given: Tensor) -> Experiment:
    """The same by filtered backprojection where that can be: one pass shows a scan before anything iterates."""
    if not isinstance(experiment.operator, Scan):
        return experiment
    first = FilteredBackprojection()
    return experiment if first.unmet(experiment.problem(given)) else changed(experiment, algorithm=first)


def makes_data(experiment: Experiment) -> list[Any]:
    """What the data depend on, and what is looked for in them."""
    names = ("source", "operator", "noise", "seed", "device", "parametrisation", "lost")
    parts = (getattr(experiment, name) for name in names)
    return [describe(part) for part in parts]


def begins_anew(old: Experiment, new: Experiment) -> bool:
    """Whether these are other data, another unknown, machine or stopping rule; all else acts on the run that is going.

    So does what is painted on a truth, and data that are lost. Nothing does where the rule reads whole runs alone.
    """
    kinds = [(type(e.operator), type(e.noise), describe(e.source.bare), e.seed, e.device) for e in (old, new)]
    if any(describe(getattr(old, name)) != describe(getattr(new, name)) for name in ("parametrisation", "stop")):
        return True
    if new.stop is not None and new.stop.whole:
        return describe(changed(old, steps=1)) != describe(changed(new, steps=1))
    return kinds[0] != kinds[1] or old.operator.in_shape != new.operator.in_shape


def posed(experiment: Experiment, loaded: Loaded, truth: Tensor | None) -> Problem:
    """The problem of an experiment, with a truth that was given beside data whose source knows none."""
    problem = experiment.problem(loaded.tensor)
    if truth is None or experiment.truth is not None or tuple(truth.shape[1:]) != problem.given_operator.in_shape:
        return problem
    return replace(problem, truth=truth.to(problem.y.device))


def able(new: Experiment, old: Experiment, problem: Problem) -> tuple[Experiment, tuple[str, ...]]:
    """The experiment with an algorithm that can run on the problem, and what to say where another one took over."""
    sentence = new.algorithm.unmet(problem)
    if not sentence:
        return new, ()
    if describe(new.algorithm) != describe(old.algorithm):
        raise Refusal("an algorithm that can run on this problem", type(new.algorithm).__name__, sentence)
    algorithm, why = suited(problem)
    return changed(new, algorithm=algorithm), (f"{sentence.rstrip('.')}. {why}, took over.",)


def ended(new: Experiment, old: Experiment, problem: Problem) -> tuple[Experiment, tuple[str, ...]]:
    """The experiment with a stopping rule that can read its run, and what to say where there is none any more."""
    if new.stop is None:
        return new, ()
    try:
        new.stop.begin(problem, new.algorithm)
    except Refusal as sentence:
        if describe(new.stop) != describe(old.stop):
            raise
        return changed(new, stop=None), (f"{sentence}. The run ends after its steps.",)
    return new, ()
