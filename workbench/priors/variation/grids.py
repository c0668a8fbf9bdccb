"""Signals that have differences, and how long their differences can be."""

from workbench.operators.differences.spacing import misspaced
from workbench.tensors import Shape, shown

_MOST = 3  # axes of a volume


def no_differences(shape: Shape, spacing: tuple[float, ...] = (), most: int = _MOST, axes: tuple[int, ...] = ()) -> str:
    """Why signals of this shape have no differences here, as a sentence; empty where they have."""
    if not 2 <= len(shape) <= most + 1:
        counts = {2: "one or two space axes", 3: "one to three space axes"}[most]
        return f"total variation takes channels and {counts}, not {shown(shape)}: take slices"
    return misspaced(spacing, shape, axes)


def longest(spacing: tuple[float, ...], axes: int = _MOST) -> float:
    """A bound of |D|^2 for signals of so many axes, 4 / spacing^2 for each of them."""
    return 4 * sum(side**-2 for side in spacing or (1.0,) * axes)
