"""Pairs of images of known information."""

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.information.tasks.normal import BivariateNormal
from workbench.analysis.information.tasks.task import Pair, Task
from workbench.parameters import Range


@dataclass(frozen=True)
class RenderedImages(Task):
    """Pictures of a bright spot each: the places of the two are normal pairs of known information, made uniform.

    A picture shows its place exactly, so nothing is lost. Butakov et al. 2024, arXiv:2305.08013.
    """

    information: Annotated[float, Range(0, 5, limits=(0, 20), unit="nat"), "I(u; v)"] = 1.0
    side: Annotated[int, Range(8, 32, limits=(4, 256), unit="px"), "side of a picture"] = 16

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        rho = math.sqrt(1 - math.exp(-self.information))  # two coordinates share the information
        u, v = BivariateNormal(min(rho, 0.999999), 2).draw(n, rng)
        return self._render(u), self._render(v)

    def truth(self) -> float:
        return self.information

    def _render(self, place: Tensor) -> Tensor:
        """Places (n, 2), standard normal, as pictures (n, side^2)."""
        grid = torch.arange(self.side, dtype=torch.float64)
        centre = (0.2 + 0.6 * torch.special.ndtr(place)) * (self.side - 1)
        rows, columns = (torch.exp(-((grid - c[:, None]) ** 2) / (self.side / 4) ** 2) for c in centre.T)
        return (rows[:, :, None] * columns[:, None, :]).flatten(1)
