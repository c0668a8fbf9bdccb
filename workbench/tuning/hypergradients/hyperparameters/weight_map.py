"""A weight for each pixel of total variation."""

import math
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors import Prior, TotalVariation, WeightedTotalVariation
from workbench.priors.maps import rows_of
from workbench.priors.variation.weighted_total_variation import SmoothedWeighting
from workbench.problem import Problem
from workbench.tuning.hypergradients.hyperparameters.hyperparameter import Hyperparameter
from workbench.tuning.scales import usual_weight


@dataclass(frozen=True)
class WeightMap(Hyperparameter):
    """theta = log w_i of WeightedTotalVariation, pixel by pixel or square by square; it begins flat at the weight that
    the prior has, or at the usual one of total variation.

    For pictures that have something in common at the same place: a stand, a dark corner, noise that varies over space.
    Hintermueller & Rautenberg 2017, doi 10.1007/s10851-017-0736-2.
    """

    word: ClassVar[str] = "map"

    square: Annotated[int, Range(1, 64, log=True, unit="px", limits=(1, 10_000)), "side of squares of one weight"] = 4
    width: Annotated[
        float, Range(1e-4, 1, log=True, limits=(1e-9, 1e9)), "difference over which kinks are rounded off"
    ] = 0.01

    def unmet(self, problem: Problem) -> str:
        return WeightedTotalVariation().unfit(problem.operator.in_shape, problem.dtype)

    def start(self, problem: Problem) -> Tensor:
        given, count = problem.prior.given, math.prod(self._squares(problem))
        known = isinstance(given, TotalVariation | WeightedTotalVariation)
        plain = replace(problem, prior=TotalVariation(), y=problem.y[:1], truth=None)
        weight = float(given.weight) if known else usual_weight(plain)
        return torch.full((count,), math.log(weight), dtype=torch.float64, device=problem.y.device)

    def at(self, problem: Problem, theta: Tensor) -> Problem:
        return replace(problem, prior=SmoothedWeighting(self._map(problem, theta), self.width))

    def learned(self, problem: Problem, theta: Tensor) -> Prior:
        return WeightedTotalVariation(1.0, rows_of(self._map(problem, theta)))

    def _squares(self, problem: Problem) -> tuple[int, ...]:
        return tuple(-(-side // self.square) for side in problem.operator.in_shape[1:])

    def _map(self, problem: Problem, theta: Tensor) -> Tensor:
        weights = theta.exp().reshape(self._squares(problem))
        for axis, side in enumerate(problem.operator.in_shape[1:]):
            weights = weights.repeat_interleave(self.square, axis).narrow(axis, 0, side)
        return weights
