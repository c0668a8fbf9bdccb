"""What a round brush covers on its way."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import torch
from torch import Tensor

from workbench.data.regions.base import Region, require_axes
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Shape


@dataclass(frozen=True)
class Brush(Region):
    """All samples i with |i - p| <= radius for a place p on the way from point to point.

    One point is a disk (a ball in a volume, an interval on a line), two are a straight line with round ends.
    """

    points: Annotated[tuple[tuple[float, ...], ...], "its way: a place for each point, such as row and column"] = (
        (32.0, 32.0),
    )
    radius: Annotated[float, Range(0.5, 32, log=True, unit="px", limits=(0, 1e4)), "half of its width"] = 4.0

    def __post_init__(self) -> None:
        if not self.points:
            raise Refusal("a brush with a point or more", "one of none", "say where it is: ((row, column),)")

    def inside(self, space: Shape) -> Tensor:
        for point in self.points:
            require_axes(point, space, self)
        found = torch.zeros(space, dtype=torch.bool)
        # A point alone is a way of no length.
        for start, end in pairwise(self.points if len(self.points) > 1 else self.points * 2):
            box = tuple(
                slice(_within(min(a, b) - self.radius, side), _within(max(a, b) + self.radius + 1, side))
                for a, b, side in zip(start, end, space, strict=True)
            )
            found[box] |= _distance(box, start, end) <= self.radius
        return found


def _within(at: float, side: int) -> int:
    return int(min(max(at, 0.0), float(side)))


def _distance(box: tuple[slice, ...], start: tuple[float, ...], end: tuple[float, ...]) -> Tensor:
    """From each sample of a box to the line between two places."""
    axes = [torch.arange(part.start, part.stop, dtype=torch.float64) for part in box]
    from_start = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1) - torch.tensor(start, dtype=torch.float64)
    way = torch.tensor(end, dtype=torch.float64) - torch.tensor(start, dtype=torch.float64)
    length = float(way @ way)
    share = (from_start @ way / length).clamp(0, 1) if length else torch.zeros(from_start.shape[:-1]).double()
    return (from_start - share[..., None] * way).norm(dim=-1)
