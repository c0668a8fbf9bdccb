"""Crops of photographs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional

from workbench.data import truth
from workbench.data.shipped import Packaged
from workbench.parameters import Range
from workbench.recipes.leaves import dead_leaves
from workbench.recipes.pictures import Pictures, Side, luminance
from workbench.tensors import first_stream

_COLOUR = {
    "skimage": ("data/coffee.png", "data/rocket.jpg", "data/motorcycle_left.png", "data/ihc.png", "data/retina.jpg"),
    "sklearn": ("datasets/images/china.jpg", "datasets/images/flower.jpg"),
}
_GREY = ("coins", "brick", "grass", "gravel", "moon")
_SCALES = (512, 384, 288)  # sides of the central squares
_LEAVES = 24  # pictures of leaves that are made once


@dataclass(frozen=True)
class Photographs(Pictures):
    """Crops, turned and flipped, of photographs at three scales, and of dead leaves. Held out: Chelsea the cat."""

    side: Side = 64
    colour: Annotated[bool, "three channels, not their luminance"] = False
    leaves: Annotated[float, Range(0, 1, limits=(0, 1)), "share of dead leaves"] = 0.25

    def draw(self, rng: torch.Generator, count: int) -> Tensor:
        made = round(self.leaves * count)
        photographed = _crops(_photographs(self.colour), self.side, rng, count - made)
        return torch.cat([photographed, _crops(_pool(self.colour), self.side, rng, made)]) if made else photographed

    def held_out(self, rng: torch.Generator, count: int) -> Tensor:
        cat = truth("chelsea", 300)
        return _crops((cat if self.colour else luminance(cat),), self.side, rng, count)

    def test(self) -> tuple[str, Tensor]:
        name = "astronaut" if self.colour else "camera"
        return f"{name}, 256 x 256 px", truth(name, 256)


class _Made:
    """Pictures, (1, C, side, side), each made when it is first wanted: a training begins at once."""

    def __init__(self, makers: Iterable[Callable[[], Tensor]], colour: bool) -> None:
        self._makers, self._colour = tuple(makers), colour
        self._made: dict[int, Tensor] = {}

    def __len__(self) -> int:
        return len(self._makers)

    def __getitem__(self, place: int) -> Tensor:
        if place not in self._made:
            picture = self._makers[place]()
            self._made[place] = picture if self._colour else luminance(picture)
        return self._made[place]


@cache
def _photographs(colour: bool) -> _Made:
    """Every photograph at every scale."""
    files = [(package, file) for package, names in _COLOUR.items() for file in names]
    files += [] if colour else [("skimage", f"data/{name}.png") for name in _GREY]
    return _Made([partial(Packaged(*file), side) for file in files for side in _SCALES], colour)


@cache
def _pool(colour: bool) -> _Made:
    return _Made([lambda k=k: dead_leaves(160, first_stream(1, "dead leaves", k)) for k in range(_LEAVES)], colour)


def _crops(pictures: "_Made | tuple[Tensor, ...]", side: int, rng: torch.Generator, count: int) -> Tensor:
    """Squares at random places of random pictures, one of eight ways up."""
    found = []
    for pick, turn, flip in torch.randint(1 << 30, (count, 3), generator=rng).tolist():
        picture = pictures[pick % len(pictures)]
        low = min(picture.shape[-2:])
        if low < side:
            picture = functional.interpolate(picture, scale_factor=side / low, mode="bilinear", antialias=True)
        rooms = [n - side + 1 for n in picture.shape[-2:]]
        top, left = (int(torch.randint(room, (1,), generator=rng)) for room in rooms)
        crop = torch.rot90(picture[0, :, top : top + side, left : left + side], turn % 4, (1, 2))
        found.append(crop.flip(2) if flip % 2 else crop)
    return torch.stack(found)
