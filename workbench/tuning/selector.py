"""What chooses a weight: a curve over a path, its mark, the reason in a sentence."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.polynomial import Polynomial
from torch import Tensor

from workbench.parameters import Checked
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tuning.path import WeightPath

_FLAT = 1e-4  # of the size of a curve: what it has to rise for its lowest point to mean something
_REAL = 1e-9  # of a root, its imaginary part over a weight's logarithm: that of rounding
_ROUNDING = 1e-12  # of the largest coefficient of a polynomial: a power that is not there
_NEAR = 0.05  # of the way from the lowest point to the median of the curve: weights about as good


@dataclass(frozen=True)
class SelectorChoice:
    """The weight that a selector chose, and why.

    `curve` has a number for each weight of the path, NaN where it has none; `between` are the weights that are about as
    good, `second` the runner-up where the curve has another valley, or bend.
    """

    word: str
    weight: float
    curve: Tensor
    reason: str
    between: tuple[float, float]
    second: float | None = None


class PathEnds(Refusal):
    """A curve still falls at an end of its path: at the first weight where `low`, else at the last."""

    low: bool = False


class Selector(ABC, metaclass=Checked):
    """A rule that finds the weight of a prior from a path of reconstructions. Subclasses are frozen dataclasses."""

    word: ClassVar[str]  # what the command line and JSON call it
    label: ClassVar[str]  # what its curve is, in words
    derivative: ClassVar[bool] = False  # whether it asks how the picture moves with the data
    log: ClassVar[bool] = True  # whether its curve is drawn on a logarithmic axis

    def unmet(self, problem: Problem) -> str:
        """Why it cannot choose for this problem, as a sentence; empty where it can."""
        return ""

    @abstractmethod
    def curve(self, path: WeightPath) -> Tensor:
        """What is looked at, a number a weight, (points,), float64."""

    def choose(self, path: WeightPath) -> SelectorChoice:
        """The weight; Refusal with the second-best candidate where the curve shows none."""
        self.require(path)
        return lowest(self, path, self.curve(path))

    def require(self, path: WeightPath) -> None:
        """Refuse a problem that this rule does not suit."""
        if sentence := self.unmet(path.problem):
            raise Refusal(f"a problem for {type(self).__name__}", "another one", sentence)


def lowest(selector: Selector, path: WeightPath, curve: Tensor, inside: bool = False) -> SelectorChoice:
    """The lowest point, by a polynomial through it and its neighbours over log weight; `inside`: the lowest valley.

    Refuses a flat curve, and one that still falls at an end of the path.
    """
    name, weights = type(selector).__name__, path.weights
    known = torch.where(curve.isfinite(), curve, torch.inf)
    if not bool(curve.isfinite().any()):
        raise Refusal(f"a curve of {name}", "no finite number on it", "take another selector, such as LCurve")
    valleys = sorted(_valleys(known), key=lambda i: float(known[i]))
    least = valleys and (inside or known[valleys[0]] == known.min())  # of two that are as low the second is a valley
    best = valleys[0] if least else int(known.argmin())
    seen = curve[curve.isfinite()]
    if float(seen.max() - seen.min()) <= _FLAT * float(seen.abs().max()):
        raise Refusal(f"a curve of {name} with a lowest point", "a flat one", _remedy(path, best))
    if best not in valleys:
        other = f"; its best inside is {float(weights[valleys[0]]):.3g}" if valleys else ""
        came = f"one that still falls at weight {float(weights[best]):.3g}, an end of the path{other}"
        raise ends(f"a lowest point of {name} within the path", came, float(weights[best]), low=best < len(curve) // 2)
    weight = _vertex(weights.log(), known, best)
    rest = [v for v in valleys if v != best]
    second = float(weights[rest[0]]) if rest else None
    said = f", next to a second valley at {second:.3g}" if second else ""
    reason = f"weight {weight:.3g}, where {selector.label} is lowest{said}"
    return SelectorChoice(selector.word, weight, curve, reason, about_as_good(weights, known, best), second)


def ends(wanted: str, came: str, weight: float, low: bool) -> PathEnds:
    """The refusal of a path that is too short at one of its ends."""
    found = PathEnds(wanted, came, f"take weights {'below' if low else 'above'} {weight:.3g}")
    found.low = low
    return found


def about_as_good(weights: Tensor, curve: Tensor, best: int) -> tuple[float, float]:
    """The first and the last weight around the best whose curve rose little."""
    limit = curve[best] + _NEAR * (curve[curve.isfinite()].median() - curve[best]).clamp_min(0)
    low = high = best
    while low > 0 and curve[low - 1] <= limit:
        low -= 1
    while high < len(curve) - 1 and curve[high + 1] <= limit:
        high += 1
    return float(weights[low]), float(weights[high])


def _valleys(curve: Tensor) -> list[int]:
    """Where a curve is lower than at both neighbours, of which there are two."""
    around = range(1, len(curve) - 1)
    known = curve.isfinite()
    return [i for i in around if curve[i] <= curve[i - 1] and curve[i] < curve[i + 1] and known[i - 1 : i + 2].all()]


def _vertex(logs: Tensor, values: Tensor, best: int) -> float:
    """exp of where the polynomial through the lowest point and its neighbours, two on each side, is least.

    Valleys are steeper on one side: a parabola through three points of the usual grid is up to 6 % off. Next to an end
    of the curve it is all there is.
    """
    for reach in (2, 1):
        near = slice(max(best - reach, 0), best + reach + 1)
        if len(values[near]) == 2 * reach + 1 and bool(values[near].isfinite().all()):
            through = Polynomial.fit(logs[near].numpy(), (values[near] - values[best]).numpy(), 2 * reach)
            slope = through.deriv()
            flat = slope.trim(_ROUNDING * float(np.abs(slope.coef).max())).roots()
            low, high = (float(logs[best + side]) for side in (-1, 1))
            inside = [root.real for root in flat if abs(root.imag) < _REAL and low <= root.real <= high]
            return math.exp(min(inside, key=through, default=float(logs[best])))
    return math.exp(float(logs[best]))


def _remedy(path: WeightPath, best: int) -> str:
    return f"take a wider range of weights, or another selector; its candidate is {float(path.weights[best]):.3g}"
