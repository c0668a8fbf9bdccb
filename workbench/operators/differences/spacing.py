"""Along which axes differences count, and the sides of a pixel, by which they are divided."""

from typing import Annotated

from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown

Spacing = Annotated[
    tuple[float, ...],
    Range(0.1, 10, log=True, limits=(1e-9, 1e9)),
    "side of a pixel along each axis, such as 2.5,1,1; none: 1",
]
Axes = Annotated[
    tuple[int, ...],
    Range(0, 2, limits=(-3, 2)),
    "space axes whose differences count, 0 the first and -1 the last; none: all",
]


def misspaced(spacing: tuple[float, ...], shape: Shape, axes: tuple[int, ...] = ()) -> str:
    """Why sides of a pixel, or axes, do not suit a signal (C, *space), as a sentence; empty where they do."""
    count = len(shape) - 1
    if any(not -count <= axis < count for axis in axes) or len({axis % count for axis in axes}) < len(axes):
        given = ",".join(map(str, axes))
        return f"a signal of {shown(shape)} has the space axes 0 to {count - 1}, and axes are {given}: name each once"
    if len(spacing) in (0, count):
        return ""
    sides = ",".join(f"{side:g}" for side in spacing)
    return f"a signal of {shown(shape)} has {count} space axes, and spacing {sides} is of {len(spacing)}: give one each"


def scale_of(spacing: tuple[float, ...], shape: Shape, owner: str, axes: tuple[int, ...] = ()) -> tuple[float, ...]:
    """What differences of a signal (C, *space) are multiplied by along each axis; () where that is 1 everywhere."""
    if why := misspaced(spacing, shape, axes):
        raise Refusal(f"axes of the signal, and a side for each or none, for {owner}", "others", why)
    count = len(shape) - 1
    counted = {axis % count for axis in axes or range(count)}
    found = tuple((1 / side) * (axis in counted) for axis, side in enumerate(spacing or (1.0,) * count))
    return () if all(each == 1 for each in found) else found
