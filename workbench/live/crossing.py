"""A point of a volume and the three planes through it."""

from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from workbench.live.cut import Cut
from workbench.live.images import Array, Limits, balanced, extent, unit

Sides = tuple[int, int, int]
IMAGE, ERROR, TRUTH, DATA = "Reconstruction", "Error", "Truth", "Data"


@dataclass(frozen=True)
class Crossing:
    """The place along each axis, from 0, at which three planes meet, in a volume of these sides."""

    sides: Sides
    places: tuple[int, int, int]

    @classmethod
    def middle(cls, sides: Sides) -> "Crossing":
        first, second, third = (n // 2 for n in sides)
        return cls(sides, (first, second, third))

    def along(self, axis: int, place: int) -> "Crossing":
        """Another place along one axis, within its ends."""
        there = [*self.places]
        there[axis] = min(max(int(place), 0), self.sides[axis] - 1)
        return replace(self, places=(there[0], there[1], there[2]))

    def at(self, across: int, row: float, column: float) -> "Crossing":
        """The point that is clicked in the plane across an axis: the other two planes move there."""
        one, other = self.others(across)
        return self.along(one, int(row)).along(other, int(column))

    def in_plane(self, across: int) -> tuple[int, int]:
        """Row and column of the point in the plane across an axis."""
        one, other = self.others(across)
        return self.places[one], self.places[other]

    def cut(self, across: int) -> Cut:
        return Cut(across, self.places[across])

    @staticmethod
    def others(across: int) -> tuple[int, int]:
        """The axes of the rows and of the columns of the plane across an axis."""
        one, other = (axis for axis in range(3) if axis != across)
        return one, other


@dataclass(frozen=True, eq=False)
class Volumes:
    """What stands beside each other in a run, (1, C, D, H, W) each: the iterate, what of it the error is taken of, the
    truth and the data, where they are and lie on the same grid."""

    image: Tensor
    aligned: Tensor
    truth: Tensor | None = None
    data: Tensor | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What can be looked at."""
        known = {TRUTH: self.truth, DATA: self.data}
        there = tuple(name for name, volume in known.items() if volume is not None)
        return (IMAGE, *((ERROR,) if self.truth is not None else ()), *there)

    def plane(self, name: str, cut: Cut) -> Array:
        """One plane of what has that name."""
        if name == ERROR and self.truth is not None:
            return _drawn(self.aligned, cut) - _drawn(self.truth, cut)
        found = {IMAGE: self.image, TRUTH: self.truth, DATA: self.data}[name]
        return _drawn(self.image if found is None else found, cut)

    def limits(self, name: str, planes: tuple[Array, ...]) -> Limits:
        """What colours mean for all planes alike: of the truth for it and the iterate, else of these planes."""
        if name == ERROR:
            return balanced(_row(planes))
        if name in (IMAGE, TRUTH) and self.truth is not None:
            shown = self.truth.abs() if self.truth.is_complex() else self.truth
            return unit(np.array([float(shown.min()), float(shown.max())]))
        return extent(_row(planes))


def _row(planes: tuple[Array, ...]) -> Array:
    return np.concatenate([plane.ravel() for plane in planes])


def _drawn(volume: Tensor, cut: Cut) -> Array:
    """The plane of the first channel, a modulus if complex: (rows, columns)."""
    plane = cut.of(volume[0].detach())[0]
    return (plane.abs() if plane.is_complex() else plane).float().cpu().numpy()
