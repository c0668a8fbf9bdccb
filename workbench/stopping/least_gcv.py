"""To stop where data left out are predicted best."""

import math
from dataclasses import dataclass

from workbench.algorithms.base import white
from workbench.problem import Problem
from workbench.stopping.least_curve import LeastCurve
from workbench.stopping.risk import StepPrediction, numbers


@dataclass(frozen=True)
class LeastGCV(LeastCurve):
    """(|y - A x|^2 / n) / (1 - df / n)^2, df = sum_i d(Ax)_i / dy_i, is lower than at the `ahead` next states.

    df are the degrees of freedom that the iteration has used; how large the noise is does not matter, only that it is
    white. Golub, Heath & Wahba 1979, doi 10.1080/00401706.1979.10489751; Hansen 1998, doi 10.1137/1.9780898719697.
    """

    def unmet(self, problem: Problem) -> str:
        name = type(problem.noise).__name__
        return "" if white(problem) else f"it needs white noise, which {name} is not: take LeastSURE"

    def value(self, problem: Problem, found: StepPrediction) -> float:
        n = numbers(problem)
        rest = 1 - problem.noise.lipschitz(problem.y) * found.optimism / n
        return found.square / n / rest**2 if rest > 0 else math.inf

    def said(self, k: int, value: float) -> str:
        return f"data left out are predicted best after {k} iterations: {value:.3g}"
