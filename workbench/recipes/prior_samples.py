"""Signals drawn from a prior, whose law is therefore known."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors import NEEDS_IN_WORDS, Can, GaussianMixture, GaussianProcess, Prior
from workbench.recipes.pictures import Pictures
from workbench.refusal import Refusal
from workbench.tensors import stream

_SIDE = Range(1, 32, limits=(1, 256), unit="px")
# Three round clusters of points in a plane, by that seed far from each other.
POINTS = GaussianMixture(GaussianProcess(0.5, 0.06, 0.0, 1.0), 3, 6.0, 22)


@dataclass(frozen=True)
class PriorSamples(Pictures):
    """Draws of a prior that is a probability density, one channel: their score is known at every noise level."""

    prior: Annotated[Prior, "the law of the signals"] = POINTS
    rows: Annotated[int, _SIDE, "rows of a signal"] = 1
    side: Annotated[int, _SIDE, "columns of a signal"] = 2

    def __post_init__(self) -> None:
        if missing := [words for can, words in NEEDS_IN_WORDS.items() if can in _NEEDS and can not in self.prior.can]:
            name = type(self.prior).__name__
            raise Refusal(f"a prior with {' and '.join(missing)}", name, "take GaussianMixture or GaussianProcess")

    @property
    def law(self) -> Prior:
        return self.prior

    def draw(self, rng: torch.Generator, count: int) -> Tensor:
        return self.prior.sample(torch.zeros(count, 1, self.rows, self.side), rng)

    def held_out(self, rng: torch.Generator, count: int) -> Tensor:
        return self.draw(rng, count)

    def test(self) -> tuple[str, Tensor]:
        return "draws of the prior", self.draw(stream(0, "signals of a card"), 4000)


_NEEDS = Can.SAMPLE | Can.SCORE
