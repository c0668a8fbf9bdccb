"""Signals out of a book of so many."""

from dataclasses import dataclass
from typing import Annotated

import torch

from workbench.analysis.information.ensembles.ensemble import Drawn, Ensemble
from workbench.analysis.information.ensembles.gaussian_random_field import GaussianRandomField
from workbench.parameters import Range
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import Shape, stream


@dataclass(frozen=True)
class Codebook(Ensemble):
    """One of finitely many signals, drawn once and for all from a Gaussian process: I(x; T) is at most log2 of them."""

    words: Annotated[int, Range(2, 64, log=True, limits=(2, 100_000)), "signals in the book"] = 16
    process: Annotated[GaussianRandomField, "where the signals of the book are from"] = GaussianRandomField()
    book: Annotated[int, SEEDS, "which book"] = 0

    def draw(self, count: int, shape: Shape, rng: torch.Generator) -> Drawn:
        if count < self.words:
            came = f"{count} for {self.words}"
            raise Refusal("as many samples as there are signals in the book", came, "take more samples or fewer words")
        signals = self.process.draw(self.words, shape, stream(self.book, "codebook")).signals
        words = torch.randint(self.words, (count,), generator=rng)
        return Drawn(signals[words], words=words)
