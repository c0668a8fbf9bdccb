"""A region of space."""

from abc import abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor

from workbench.parameters import Checked
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown

PAINTED, LOST = "painted", "lost"  # what they are for, as addresses and the command line have it


class Region(metaclass=Checked):
    """Some samples of a signal or of data, said by places in them: the first sample of each axis is 0.

    Places may lie between samples and outside: there is nothing there to paint, and nothing to lose.
    """

    @abstractmethod
    def inside(self, space: Shape) -> Tensor:
        """Which samples belong to it, bool of the shape `space`; Refusal where it has other axes."""


def union(regions: Iterable[Region], space: Shape) -> Tensor:
    """Which samples belong to any of the regions, bool of the shape `space`."""
    found = torch.zeros(space, dtype=torch.bool)
    for region in regions:
        found |= region.inside(space)
    return found


def require_axes(place: tuple[float, ...], space: Shape, region: Region) -> None:
    """Refuse a place that has another number of coordinates than the signal has axes."""
    if len(place) != len(space):
        wanted = f"{len(space)} coordinates for each place of {type(region).__name__}, in a signal of {shown(space)}"
        raise Refusal(wanted, f"({', '.join(f'{at:g}' for at in place)})", "give one for each axis in space")
