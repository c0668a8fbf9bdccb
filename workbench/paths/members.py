"""A member of a kind as words say it; an operator for what a source gives."""

from typing import Any

from workbench import catalog
from workbench.data.source import Source, as_many_coils, fitted_to, for_first, shapes_to_try
from workbench.operators import NonCartesianFourier, Operator
from workbench.parameters import Typed
from workbench.paths.words import Words, altered, below, built
from workbench.tensors import Shape, Tensor


def member(kind: str, words: Words, base: Any, shape: Shape) -> Any:
    """An operator, noise, prior or algorithm as the words say it: {"prior": "Box", "prior.low": "0"}, else `base`.

    Operators are built for signals of `shape`.
    """
    inner = below(words, kind)
    name = inner.pop("", type(base).__name__)
    cls = type(base) if name == type(base).__name__ else catalog.find(kind, name)
    return altered(base, inner, shape) if cls is type(base) else built(cls, inner, shape)


def operator_of(words: Words, now: Operator, source: Source, given: Tensor) -> Operator:
    """The operator as the words say it, else `now`, for what the source gives.

    Words such as {"operator": "Radon", "operator.angles": "30"}; an array is a `Typed`.
    """
    name = words.get("operator", type(now).__name__)
    same = name == type(now).__name__
    usual = as_many_coils(source, now if same else catalog.find("operator", name)(), given)
    if isinstance(coils := getattr(usual, "coils", None), int):
        words = {"operator.coils": str(coils), **words}
    shapes = (*shapes_told(usual, words), *shapes_to_try(usual, source, given))
    made = for_first(shapes, lambda shape: member("operator", words, now, shape))
    keeps = same and usual.out_shape == source.shape(usual, given)
    return source.fitted(made, given) if keeps else fitted_to(source, made, given)


def shapes_told(usual: Operator, words: Words) -> list[Shape]:
    """The shape of the picture that a trajectory in cycles tells."""
    trajectory = words.get("operator.trajectory")
    cycles = words.get("operator.unit", "cycles") == "cycles"
    if not (isinstance(usual, NonCartesianFourier) and isinstance(trajectory, Typed) and cycles):
        return []
    return [(1, *NonCartesianFourier.resolved(trajectory.array, words.get("operator.order", usual.order)))]
