"""The sides of a pixel, by which differences are divided."""

from typing import Annotated

from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown

Spacing = Annotated[
    tuple[float, ...],
    Range(0.1, 10, log=True, limits=(1e-9, 1e9)),
    "side of a pixel along each axis, such as 2.5,1,1; none: 1",
]


def misspaced(spacing: tuple[float, ...], shape: Shape) -> str:
    """Why sides of a pixel do not suit a signal (C, *space), as a sentence; empty where they do."""
    axes = len(shape) - 1
    if len(spacing) in (0, axes):
        return ""
    sides = ",".join(f"{side:g}" for side in spacing)
    return f"a signal of {shown(shape)} has {axes} space axes, and spacing {sides} is of {len(spacing)}: give one each"


def scale_of(spacing: tuple[float, ...], shape: Shape, owner: str) -> tuple[float, ...]:
    """What differences of a signal (C, *space) are multiplied by along each axis; () where every side is 1."""
    if misspaced(spacing, shape):
        came = f"{len(spacing)} for {shown(shape)}"
        raise Refusal(f"a side for each space axis in {owner}.spacing", came, "give one an axis, or none")
    return () if all(side == 1 for side in spacing) else tuple(1 / side for side in spacing)
