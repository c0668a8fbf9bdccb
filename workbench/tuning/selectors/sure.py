"""The risk of a prediction, told from the data."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.stopping.risk import numbers, residual
from workbench.tensors import norm2
from workbench.tuning.path import PathPoint, WeightPath
from workbench.tuning.selector import Selector


@dataclass(frozen=True)
class SURE(Selector):
    """(|y - A x|^2 - sum v + 2 sum_i v_i d(Ax)_i / dy_i) / n, whose mean is that of |A (x - truth)|^2 / n.

    v is the variance of the noise: sigma^2 for Gaussian data (Stein 1981, doi 10.1214/aos/1176345632), y / peak for
    counts, to first order (Luisier, Blu & Unser 2011, doi 10.1109/TIP.2010.2073477), y holding their background. Of
    magnitudes the curve is the error of their squares, |(A x)^2 - (A truth)^2|^2 / n, by `Rician.risk`.
    """

    word: ClassVar[str] = "sure"
    label: ClassVar[str] = "the estimated error of the data behind the noise"
    derivative: ClassVar[bool] = True
    log: ClassVar[bool] = False

    def unmet(self, problem: Problem) -> str:
        try:
            problem.noise.deviation(problem.y[:1])
        except Refusal:
            name = type(problem.noise).__name__
            return f"Stein's identity needs Gaussian, Poisson or Rician noise, not {name}: take LCurve"
        return ""

    def curve(self, path: WeightPath) -> Tensor:
        count = numbers(path.problem)
        return torch.tensor([known(point.risk) / count for point in path.points], dtype=torch.float64)


def without_variance(problem: Problem) -> str:
    """Why the noise's variance is not known of these data, as a sentence; empty where it is."""
    try:
        problem.noise.variance(problem.y[:1])
    except Refusal:
        return f"Stein's identity needs Gaussian or Poisson noise, not {type(problem.noise).__name__}: take LCurve"
    return ""


def known(trace: float | None) -> float:
    """The trace of a point; Refusal where the path was walked without."""
    if trace is None:
        raise Refusal("a path that knows how pictures move with the data", "one without", "walk with derivative=True")
    return trace


def residual2(problem: Problem, point: PathPoint) -> float:
    return float(norm2(residual(problem, point.clean)).double().sum())


__all__ = ["SURE", "known", "numbers", "residual", "residual2", "without_variance"]
