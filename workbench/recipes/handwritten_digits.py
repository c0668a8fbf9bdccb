"""Handwritten digits as pictures."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.recipes.pictures import Pictures


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


def _rows(pictures: Tensor, rng: torch.Generator, count: int) -> Tensor:
    return pictures[torch.randint(len(pictures), (count,), generator=rng)]


@cache
def _digits() -> tuple[Tensor, Tensor]:
    from workbench.networks import DigitExamples

    learned, kept = DigitExamples().split()
    return learned.inputs.float(), kept.inputs.float()
