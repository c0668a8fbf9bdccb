"""Each datum predicted from all others."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.algorithms.base import white
from workbench.problem import Problem
from workbench.tuning.path import WeightPath
from workbench.tuning.selector import Selector
from workbench.tuning.selectors.sure import known, numbers, residual2


@dataclass(frozen=True)
class GCV(Selector):
    """(|y - A x|^2 / n) / (1 - trace / n)^2, trace = sum_i d(Ax)_i / dy_i: sigma is not asked for.

    The trace is exact where modes are known and by one random direction elsewhere, for priors that are not quadratic,
    too. Golub, Heath & Wahba 1979, doi 10.1080/00401706.1979.10489751; Girard 1989, doi 10.1007/BF01395775.
    """

    word: ClassVar[str] = "gcv"
    label: ClassVar[str] = "the estimated error of data left out"
    derivative: ClassVar[bool] = True

    def unmet(self, problem: Problem) -> str:
        return "" if white(problem) else f"it needs white noise, which {type(problem.noise).__name__} is not: take SURE"

    def curve(self, path: WeightPath) -> Tensor:
        problem, n = path.problem, numbers(path.problem)
        precision = problem.noise.lipschitz(problem.y)
        values = [
            residual2(problem, point) / n / max(1 - precision * known(point.optimism) / n, 0) ** 2
            if precision * known(point.optimism) < n
            else torch.inf
            for point in path.points
        ]
        return torch.tensor(values, dtype=torch.float64)
