"""Spectra of pure materials, and how much of each is in every pixel."""

from collections.abc import Mapping
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, noisy
from workbench.parametrisations.factors.matching import matched
from workbench.ranges import SEEDS

_LEAST = 0.01  # of a first share
_SPREAD = 0.1  # of the first abundances' logarithms


class Mixture(Parametrisation):
    """x = E a in each pixel, a = softmax(w) >= 0 of sum 1: blocks endmembers, E, (bands, rank), and logits, w.

    Unmixing of spectra: channels are bands, `abundances(u)` the shares, (B, rank, *space). The "pure" start has the
    spectra of the pixels that lie farthest apart, successively, and the shares that they explain the picture by; the
    "random" one those of random pixels and nearly even shares. Keshava, Mustard 2002, doi 10.1109/79.974727; Gillis,
    Vavasis 2014, doi 10.1109/TPAMI.2013.226.
    """

    formula = r"x = E \, \mathrm{softmax}(w)"
    field = Field.REAL
    freedom = "the order of the endmembers does not reach the picture; it is that of the true ones where they are known"

    def __init__(
        self,
        shape: PictureShape = (8, 32, 32),
        rank: Annotated[int, Range(1, 20, limits=(1, 10_000)), "number of endmembers"] = 3,
        begin: Annotated[
            Literal["pure", "random"], "the first spectra: of the pixels farthest apart, or of random ones"
        ] = "pure",
        seed: Annotated[int, SEEDS, "which pixels and shares at first"] = 0,
    ) -> None:
        super().__init__(shape, {"endmembers": (shape[0], rank), "logits": (rank, *shape[1:])})
        self.shape, self.rank, self.begin, self.seed = shape, rank, begin, seed

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
        spectra, shape = picture[0].flatten(1), (1, *self.layout.shapes["logits"])
        if self.begin == "pure" and bool(spectra.any()):
            endmembers = spectra[:, _purest(spectra, self.rank)]
            shares = (torch.linalg.pinv(endmembers) @ spectra).clamp_min(_LEAST)
            logits = (shares / shares.sum(0)).log().reshape(shape)
            return self.joined({"endmembers": endmembers[None], "logits": logits})
        chosen = torch.randint(spectra.shape[1], (self.rank,), generator=rng, device=picture.device)
        size = torch.where(spectra.abs().amax() > 0, spectra.abs().amax(), 1).item()
        endmembers = spectra[:, chosen] + noisy(spectra[:, chosen], rng, _SPREAD * size)
        logits = noisy(picture.new_zeros(shape), rng, _SPREAD)
        return self.joined({"endmembers": endmembers[None], "logits": logits})


def _purest(spectra: Tensor, count: int) -> Tensor:
    """The numbers of `count` columns: each the longest across those before it, successive projection."""
    left, chosen = spectra.clone(), []
    for _ in range(count):
        sizes = torch.linalg.vector_norm(left, dim=0)
        chosen.append(int(sizes.argmax()))
        along = left[:, chosen[-1]] / sizes[chosen[-1]].clamp_min(torch.finfo(left.dtype).tiny)
        left = left - along[:, None] * (along @ left)
    return torch.tensor(chosen, device=spectra.device)
