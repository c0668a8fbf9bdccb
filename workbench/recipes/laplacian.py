"""Pictures of independent Laplacian pixels."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.learned import SignalLine
from workbench.parameters import Range
from workbench.priors import L1
from workbench.recipes.pictures import Pictures, Side
from workbench.tensors import first_stream


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
        return "independent entries", self.draw(first_stream(2, "entries of a card"), 1)

    @property
    def law(self) -> L1:
        """-log p = |x| / scale and a constant."""
        return L1(1 / self.scale)

    def line(self) -> SignalLine:
        """All values of an entry that are not rare: e^-4 of them lie beyond."""
        one = torch.ones(1, 1, 1, 1, dtype=torch.float64)
        at = torch.linspace(-4 * self.scale, 4 * self.scale, 81, dtype=torch.float64)
        return SignalLine(0 * one, one, at, "value of an entry")
