"""Handwritten digits as an ensemble."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch.nn import functional

from workbench import networks
from workbench.analysis.information.ensembles import Drawn, Ensemble
from workbench.analysis.information.ensembles.ensemble import require_axes
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Shape


@dataclass(frozen=True)
class Digits(Ensemble):
    """The 1797 handwritten digits of 8 x 8 of scikit-learn, resampled, and which digit each is."""

    share: Annotated[float, Range(0.1, 1, limits=(0.01, 1)), "share of them to draw from, the first ones"] = 1.0

    def draw(self, count: int, shape: Shape, rng: torch.Generator) -> Drawn:
        require_axes(shape, (2,), "digits")
        inputs, targets = networks.DigitExamples(self.share).split()[0]
        if count > len(inputs):
            raise Refusal(f"{count} digits", f"the {len(inputs)} that there are", "take fewer signals")
        chosen = torch.randperm(len(inputs), generator=rng)[:count]
        pictures, side = inputs[chosen], tuple(shape[1:])
        if side != tuple(pictures.shape[2:]):
            pictures = functional.interpolate(pictures, side, mode="bilinear", antialias=True)
        return Drawn(pictures.repeat(1, shape[0], 1, 1), targets[chosen].argmax(1))
