"""What networks learn pictures from: photographs of installed packages, and leaves from a formula."""

from abc import ABC, abstractmethod
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.learned import SignalLine
from workbench.parameters import Checked, Range
from workbench.priors import Prior
from workbench.tensors import stream

HELD_OUT = ("camera", "astronaut", "chelsea")  # no recipe learns from these
_LINE = 16  # px of the picture along which a prior is drawn: inverting a network takes time
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

    @property
    def law(self) -> Prior | None:
        """The prior that the pictures are drawn from; None where nobody knows it."""
        return None

    def line(self) -> SignalLine:
        """Signals along which a learned prior is drawn: a held-out picture with less contrast and with more."""
        picture = self.held_out(stream(0, "picture of a line"), 1).double()[..., :_LINE, :_LINE]
        base = picture.mean((2, 3), keepdim=True).expand_as(picture)
        at = torch.linspace(0, 2, 21, dtype=torch.float64)
        return SignalLine(base, picture - base, at, "contrast of a held-out picture, 1 as it is")


def luminance(x: Tensor) -> Tensor:
    """Grey from colour, Y = 0.2126 R + 0.7152 G + 0.0722 B; grey stays."""
    if x.shape[1] == 1:
        return x
    return (x * x.new_tensor([0.2126, 0.7152, 0.0722]).reshape(1, 3, 1, 1)).sum(1, keepdim=True)
