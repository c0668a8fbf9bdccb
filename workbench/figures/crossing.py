"""A point of a volume, in which three planes meet."""

from dataclasses import dataclass, replace

Sides = tuple[int, int, int]


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

    @staticmethod
    def others(across: int) -> tuple[int, int]:
        """The axes of the rows and of the columns of the plane across an axis."""
        one, other = (axis for axis in range(3) if axis != across)
        return one, other
