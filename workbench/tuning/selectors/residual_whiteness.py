"""The weight that leaves nothing but noise in the residual."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.problem import Problem
from workbench.tensors import abs2
from workbench.tuning.path import WeightPath
from workbench.tuning.selector import Selector
from workbench.tuning.selectors.sure import without_variance


@dataclass(frozen=True)
class ResidualWhiteness(Selector):
    """n sum of squares of the residual's circular autocorrelation over its square at 0: as low as it gets for white.

    By Parseval mean P^2 / (mean P)^2, P the power of each frequency; residuals of counts are divided by their
    deviation. Sigma is not asked for. Lanza, Pragliola & Sgallari 2020, doi 10.1553/etna_vol53s329.
    """

    word: ClassVar[str] = "whiteness"
    label: ClassVar[str] = "the correlation left in the residual"

    def unmet(self, problem: Problem) -> str:
        if problem.y.ndim < 3:
            return "data without axes in space have no correlation to look at: take SURE"
        return without_variance(problem)

    def curve(self, path: WeightPath) -> Tensor:
        return torch.stack([self._spikiness(path.problem, point.clean) for point in path.points])

    @staticmethod
    def _spikiness(problem: Problem, clean: Tensor) -> Tensor:
        noise = problem.noise
        rest = noise.grad(clean, problem.y) / noise.precision(clean).sqrt()
        rest = torch.where(noise.measured(problem.y), rest, 0)
        power = abs2(torch.fft.fftn(rest.double() if not rest.is_complex() else rest, dim=tuple(range(2, rest.ndim))))
        return power.double().square().mean() / power.double().mean().square().clamp_min(1e-300)
