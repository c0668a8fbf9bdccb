"""Which plane of a volume is drawn."""

from dataclasses import dataclass

from torch import Tensor

_SPACE = 3  # axes of a volume


@dataclass(frozen=True)
class Cut:
    """The plane across one of the three axes of a volume, from 0, at a place along it; None for the middle."""

    axis: int = 0
    place: int | None = None

    def at(self, sides: tuple[int, ...]) -> int:
        """The place along the axis in a volume of these sides, within its ends."""
        most = sides[self.axis] - 1
        return (most + 1) // 2 if self.place is None else min(max(self.place, 0), most)

    def of(self, x: Tensor) -> Tensor:
        """The plane of a volume, (C, D, H, W), as (C, rows, columns); other signals as they are."""
        if x.ndim != 1 + _SPACE:
            return x
        return x.select(1 + self.axis, self.at(tuple(x.shape[1:])))

    def in_volume(self, place: tuple[int, ...], sides: tuple[int, ...]) -> tuple[int, ...]:
        """The place in a volume of these sides of a place in the plane; in other signals it is the same."""
        if len(sides) != _SPACE:
            return place
        return (*place[: self.axis], self.at(sides), *place[self.axis :])


MIDDLE = Cut()
