"""Pictures of independent Laplacian pixels."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.recipes.pictures import Pictures, Side
from workbench.tensors import stream


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
