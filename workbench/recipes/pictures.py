"""What networks learn pictures from: photographs of installed packages, and leaves from a formula."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional

from workbench.data import truth
from workbench.data.shipped import Packaged
from workbench.parameters import Checked, Range
from workbench.recipes.leaves import dead_leaves
from workbench.tensors import stream

HELD_OUT = ("camera", "astronaut", "chelsea")  # no recipe learns from these
_COLOUR = {
    "skimage": ("data/coffee.png", "data/rocket.jpg", "data/motorcycle_left.png", "data/ihc.png", "data/retina.jpg"),
    "sklearn": ("datasets/images/china.jpg", "datasets/images/flower.jpg"),
}
_GREY = ("coins", "brick", "grass", "gravel", "moon")
_SCALES = (512, 384, 288)  # sides of the central squares
_LEAVES = 24  # pictures of leaves that are made once

Side = Annotated[int, Range(8, 128, limits=(4, 512), unit="px"), "side of a crop"]


class Pictures(ABC, metaclass=Checked):
    """A source of pictures in [0, 1]. Subclasses are frozen dataclasses."""

    side: int

    @abstractmethod
    def draw(self, rng: torch.Generator, count: int) -> Tensor:
        """Random pictures to learn from, (count, C, side, side), float32."""

    @abstractmethod
    def held_out(self, rng: torch.Generator, count: int) -> Tensor:
        """The same from what nothing is learned from."""

    @abstractmethod
    def test(self) -> tuple[str, Tensor]:
        """A signal for the card, with its name: (N, C, H, W), from what nothing is learned from."""


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


@dataclass(frozen=True)
class HandwrittenDigits(Pictures):
    """Digits of 8 x 8 of scikit-learn. Held out: the last fifth."""

    side: Annotated[int, Range(8, 8, unit="px"), "side of a digit"] = 8

    def draw(self, rng: torch.Generator, count: int) -> Tensor:
        return _rows(_digits()[0], rng, count)

    def held_out(self, rng: torch.Generator, count: int) -> Tensor:
        return _rows(_digits()[1], rng, count)

    def test(self) -> tuple[str, Tensor]:
        kept = _digits()[1]
        return f"{len(kept)} digits", kept


@dataclass(frozen=True)
class Laplacian(Pictures):
    """Independent entries of density exp(-|x| / scale) / (2 scale): a prior known in closed form, |x| / scale."""

    side: Side = 32
    scale: Annotated[float, Range(0.1, 10, log=True, limits=(1e-6, 1e6)), "mean modulus of an entry"] = 1.0

    def draw(self, rng: torch.Generator, count: int) -> Tensor:
        u = torch.rand(2, count, 1, self.side, self.side, generator=rng).clamp_min(1e-12)
        return self.scale * (u[1].log() - u[0].log())  # a difference of two exponential variables

    def held_out(self, rng: torch.Generator, count: int) -> Tensor:
        return self.draw(rng, count)

    def test(self) -> tuple[str, Tensor]:
        return "independent entries", self.draw(stream(-3, "entries of a card"), 1)


def luminance(x: Tensor) -> Tensor:
    """Grey from colour, Y = 0.2126 R + 0.7152 G + 0.0722 B; grey stays."""
    if x.shape[1] == 1:
        return x
    return (x * x.new_tensor([0.2126, 0.7152, 0.0722]).reshape(1, 3, 1, 1)).sum(1, keepdim=True)


def _rows(pictures: Tensor, rng: torch.Generator, count: int) -> Tensor:
    return pictures[torch.randint(len(pictures), (count,), generator=rng)]


@cache
def _digits() -> tuple[Tensor, Tensor]:
    from workbench.networks import DigitExamples

    learned, kept = DigitExamples().split()
    return learned.inputs.float(), kept.inputs.float()


class _Made(Sequence[Tensor]):
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
    return _Made([lambda k=k: dead_leaves(160, stream(-2, "dead leaves", k)) for k in range(_LEAVES)], colour)


def _crops(pictures: Sequence[Tensor], side: int, rng: torch.Generator, count: int) -> Tensor:
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
