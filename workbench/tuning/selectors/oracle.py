"""The weight that is nearest to the truth, where there is one."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import norm2
from workbench.tuning.path import WeightPath
from workbench.tuning.selector import Selector


@dataclass(frozen=True)
class Oracle(Selector):
    """The mean of |x - truth|^2: what the other rules are held against."""

    word: ClassVar[str] = "oracle"
    label: ClassVar[str] = "the true error of the picture"

    def unmet(self, problem: Problem) -> str:
        return "the oracle needs a truth, which measured data lack: take SURE" if problem.truth is None else ""

    def curve(self, path: WeightPath) -> Tensor:
        problem, truth = path.problem, path.problem.truth
        if truth is None:
            raise Refusal("a problem with a truth", "one without", "take SURE")
        away = [norm2(problem.aligned(p.x) - truth.to(p.x)).double().sum() / truth.numel() for p in path.points]
        return torch.stack(away)
