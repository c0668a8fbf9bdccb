"""The weight at which the picture changes least."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.tensors import norm2
from workbench.tuning.path import WeightPath
from workbench.tuning.selector import Selector, SelectorChoice, lowest


@dataclass(frozen=True)
class QuasiOptimality(Selector):
    """|dx / d log w|, by the neighbours on both sides, at its lowest valley: between noise and prior.

    At the ends, where all is noise or nothing is left, the picture rests, too: only valleys count. Tikhonov & Glasko
    1965, doi 10.1016/0041-5553(65)90150-3; Bauer & Kindermann 2008, doi 10.1088/0266-5611/24/5/055002.
    """

    word: ClassVar[str] = "quasi_optimality"
    label: ClassVar[str] = "the change of the picture with the weight"

    def curve(self, path: WeightPath) -> Tensor:
        points, logs = path.points, path.weights.log()
        found = torch.full_like(logs, torch.nan)
        for i in range(1, len(points) - 1):
            moved = norm2(points[i + 1].x - points[i - 1].x).double().sum().sqrt()
            found[i] = moved / (logs[i + 1] - logs[i - 1])
        return found

    def choose(self, path: WeightPath) -> SelectorChoice:
        self.require(path)
        return lowest(self, path, self.curve(path), inside=True)
