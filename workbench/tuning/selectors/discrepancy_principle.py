"""The weight that leaves the noise in the data, and no more."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.data import noise_level
from workbench.noise import Gaussian
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import plain
from workbench.tuning.path import WeightPath
from workbench.tuning.selector import Selector, SelectorChoice, ends

_BAND = 0.05  # of the noise's level, which is about as well known
_ROUNDINGS = 10  # of the largest datum: what wavelets leave of flat data


@dataclass(frozen=True)
class DiscrepancyPrinciple(Selector):
    """nll(A x_w) = tau^2 x its mean at the truth: |A x - y| = tau sigma sqrt(n) for n Gaussian data.

    Poisson data have the mean of their deviance in its place. `estimated`: sigma is told from the data, not from the
    noise of the problem. Morozov 1966; for counts Bertero et al. 2010, doi 10.1088/0266-5611/26/10/105004.
    """

    word: ClassVar[str] = "discrepancy"
    label: ClassVar[str] = "the misfit over that of the noise"

    tau: Annotated[float, Range(0.8, 2, limits=(0, 1e6)), "times the noise"] = 1.0
    estimated: Annotated[bool, "noise level told from the data"] = False

    def unmet(self, problem: Problem) -> str:
        if self.estimated and not isinstance(problem.noise, Gaussian):
            return f"only Gaussian noise has one level to estimate, not {type(problem.noise).__name__}"
        if self.estimated and problem.gaps:
            name = type(problem.given_operator).__name__
            return f"{name} leaves gaps between the data, in whose details noise cannot be told: give the noise's sigma"
        try:
            problem.noise.expected(problem.y[:1])
        except Refusal:
            return f"{type(problem.noise).__name__} noise has no known average misfit at the truth: take LCurve"
        return ""

    def curve(self, path: WeightPath) -> Tensor:
        problem, factor = path.problem, self.tau**2
        if self.estimated and isinstance(problem.noise, Gaussian):
            factor *= (_sigma(problem.y) / problem.noise.sigma) ** 2
        level = float(problem.expected_misfit(factor).sum())
        return torch.tensor([point.misfit / level for point in path.points], dtype=torch.float64)

    def choose(self, path: WeightPath) -> SelectorChoice:
        self.require(path)
        curve, weights = self.curve(path), path.weights
        above = (curve >= 1).nonzero().flatten()
        first = int(above[0]) if len(above) else len(curve)
        if first in (0, len(curve)):
            end = 0 if first == 0 else len(curve) - 1
            came = f"a misfit of {float(curve[end]):.3g} times that at weight {float(weights[end]):.3g}, its best"
            wanted = "a path on which the misfit crosses that of the noise, whose sigma may be another"
            raise ends(wanted, came, float(weights[end]), low=first == 0)
        weight = crossing(weights, curve, first, 1.0)
        low, high = (_crossed(weights, curve, level) for level in (1 - _BAND, 1 + _BAND))
        reason = f"weight {weight:.3g}, where the misfit is that of the noise"
        return SelectorChoice(self.word, weight, curve, reason, (low, high))


def _sigma(y: Tensor) -> float:
    """The noise of the data from the finest details of every channel of every item."""
    each = plain(y.flatten(0, 1) if y.ndim > 2 else y).cpu().numpy()
    found = math.sqrt(sum(noise_level.of_wavelets(values).sigma ** 2 for values in each) / len(each))
    if found <= _ROUNDINGS * torch.finfo(y.dtype).eps * float(y.abs().max()):
        raise Refusal("data whose noise shows in their details", "data that are flat", "give the noise's sigma")
    return found


def crossing(weights: Tensor, curve: Tensor, i: int, level: float) -> float:
    """Where a line through two neighbours, in logarithms, is at a level between them."""
    low, high = float(curve[i - 1]), float(curve[i])
    share = math.log(level / low) / math.log(high / low) if low > 0 and high > low else 1.0
    return float(weights[i - 1] * (weights[i] / weights[i - 1]) ** share)


def _crossed(weights: Tensor, curve: Tensor, level: float) -> float:
    above = (curve >= level).nonzero().flatten()
    if not len(above):
        return float(weights[-1])
    return float(weights[0]) if not above[0] else crossing(weights, curve, int(above[0]), level)
