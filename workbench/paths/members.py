"""A member of a kind as words say it; an operator for what a source gives."""

from contextlib import suppress
from typing import Any

import torch

from workbench import catalog
from workbench.data.source import Source, as_many_coils, fitted_to, for_first, shapes_to_try
from workbench.operators import NonCartesianFourier, Operator
from workbench.parameters import Typed, as_text, parameters
from workbench.paths.words import Words, altered, below, built
from workbench.refusal import Refusal
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
    shapes = shapes_told(usual, words) or shapes_to_try(usual, source, given)
    inner = {path: said for path, said in words.items() if path != "operator.shape"}
    made = for_first(shapes, lambda shape: member("operator", inner, now, shape))
    keeps = same and usual.out_shape == source.shape(usual, given)
    return source.fitted(made, given) if keeps else fitted_to(source, made, given)


def shapes_told(usual: Operator, words: Words) -> list[Shape]:
    """The shape of the picture that words say, {"operator.shape": "1,128,96"}, or else that a trajectory tells.

    One in cycles does, and one in 1/m of a field of view. Refusal of one in cycles or radians a pixel by itself, and of
    a shape beside what tells it: an operator without a trajectory.
    """
    trajectory, said = words.get("operator.trajectory"), words.get("operator.shape")
    if not (isinstance(usual, NonCartesianFourier) and (isinstance(trajectory, Typed) or usual.measured)):
        if said is None:
            return []
        remedy = "leave it out: the picture is as large as signal or data tell"
        raise Refusal("operator.shape beside the positions of a trajectory", type(usual).__name__, remedy)
    if said is not None:
        return [_read(usual, "shape", said)]
    if not isinstance(trajectory, Typed):
        return []
    unit, order, view = (
        _read(usual, name, words.get(f"operator.{name}", getattr(usual, name)))
        for name in ("unit", "order", "field_of_view")
    )
    if unit in ("per_pixel", "radians"):
        came = "a trajectory in cycles or radians a pixel, which does not tell"
        remedy = "say it: operator.shape=1,128,96 of 128 rows and 96 columns"
        raise Refusal("how many pixels the picture has", came, remedy)
    if unit == "per_metre" and view is None:
        return []  # which the operator refuses
    return [(1, *NonCartesianFourier.resolved(trajectory.array, order, view if unit == "per_metre" else None))]


def shape_in_words(operator: Operator) -> str:
    """The shape that words have to say beside the trajectory of an operator, which does not tell it; else ""."""
    if not (isinstance(operator, NonCartesianFourier) and operator.measured):
        return ""
    words = {"operator.trajectory": Typed.of("", lambda: torch.as_tensor(operator.trajectory))}
    with suppress(Refusal):
        if shapes_told(operator, words) == [operator.in_shape]:
            return ""
    return as_text(operator.in_shape)


def _read(operator: Operator, name: str, said: Any) -> Any:
    """What a word says of an argument."""
    cls = type(operator)
    parameter = next(p for p in parameters(cls) if p.name == name)
    return parameter.parse(said, cls.__name__) if isinstance(said, str) else parameter.accept(said, cls.__name__)
