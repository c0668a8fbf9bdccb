"""Spectra of pure materials, and how much of each is in every pixel."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, noisy
from workbench.parametrisations.factors.matching import matched
from workbench.ranges import SEEDS

_SPREAD = 0.1  # of the first abundances' logarithms


class Mixture(Parametrisation):
    """x = E a in each pixel, a = softmax(w) >= 0 of sum 1: blocks endmembers, E, (bands, rank), and logits, w.

    Unmixing of spectra: channels are bands, `abundances(u)` the shares, (B, rank, *space). The start has the spectra of
    random pixels and nearly even shares. Keshava, Mustard 2002, doi 10.1109/79.974727.
    """

    formula = r"x = E \, \mathrm{softmax}(w)"
    field = Field.REAL
    freedom = "the order of the endmembers does not reach the picture; it is that of the true ones where they are known"

    def __init__(
        self,
        shape: PictureShape = (8, 32, 32),
        rank: Annotated[int, Range(1, 20, limits=(1, 10_000)), "number of endmembers"] = 3,
        seed: Annotated[int, SEEDS, "which pixels and shares at first"] = 0,
    ) -> None:
        super().__init__(shape, {"endmembers": (shape[0], rank), "logits": (rank, *shape[1:])})
        self.shape, self.rank, self.seed = shape, rank, seed

    def abundances(self, u: Tensor) -> Tensor:
        """The share of each endmember in each pixel, (B, rank, *space)."""
        return self.views(u)["logits"].softmax(1)

    def nearest(self, u: Tensor, other: Tensor) -> Tensor:
        """The endmembers in the order of those of the other that they are most alike."""
        views, there = self.views(u), self.views(other)
        order = matched(views["endmembers"].mT, there["endmembers"].mT)
        return self.joined({"endmembers": views["endmembers"][..., order], "logits": views["logits"][:, order]})

    def pictured(self, u: Tensor) -> dict[str, Tensor]:
        """Spectra, and the share of each in each pixel."""
        return {"endmembers": self.views(u)["endmembers"], "abundances": self.abundances(u)}

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return torch.einsum("bcr,br...->bc...", views["endmembers"], views["logits"].softmax(1))

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        spectra = picture[0].flatten(1)
        chosen = torch.randint(spectra.shape[1], (self.rank,), generator=rng, device=picture.device)
        size = torch.where(spectra.abs().amax() > 0, spectra.abs().amax(), 1).item()
        endmembers = spectra[:, chosen] + noisy(spectra[:, chosen], rng, _SPREAD * size)
        logits = noisy(picture.new_zeros(self.layout.shapes["logits"]), rng, _SPREAD)
        return self.joined({"endmembers": endmembers[None], "logits": logits[None]})
