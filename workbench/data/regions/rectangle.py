"""All between two corners."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.data.regions.base import Region, require_axes
from workbench.tensors import Shape


@dataclass(frozen=True)
class Rectangle(Region):
    """All samples between two corners along every axis, both included: a box in a volume, an interval on a line."""

    start: Annotated[tuple[float, ...], "the corner where it begins, such as row and column"] = (24.0, 24.0)
    end: Annotated[tuple[float, ...], "the opposite corner, which belongs to it"] = (40.0, 40.0)

    def inside(self, space: Shape) -> Tensor:
        for corner in (self.start, self.end):
            require_axes(corner, space, self)
        found = torch.ones(space, dtype=torch.bool)
        for axis, corners in enumerate(zip(self.start, self.end, strict=True)):
            at = torch.arange(space[axis], dtype=torch.float64)
            along = [1] * len(space)
            along[axis] = space[axis]
            found &= ((at >= min(corners)) & (at <= max(corners))).view(along)
        return found
