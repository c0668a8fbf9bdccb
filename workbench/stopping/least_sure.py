"""To stop where the estimated error of the data behind the noise is least."""

from dataclasses import dataclass

from workbench.problem import Problem
from workbench.stopping.least_curve import LeastCurve
from workbench.stopping.risk import StepPrediction, numbers


@dataclass(frozen=True)
class LeastSURE(LeastCurve):
    """(|y - A x|^2 - sum v + 2 sum_i v_i d(Ax)_i / dy_i) / n is lower than at the `ahead` next states.

    Its mean over the noise is that of |A (x - truth)|^2 / n. v is the noise's variance, sigma^2 or that of counts, y
    over the peak, to first order; for magnitudes the curve is the error of their squares, by `Rician.risk`. Stein 1981,
    doi 10.1214/aos/1176345632; of iterations Ramani, Blu & Unser 2008, doi 10.1109/TIP.2008.2001404.
    """

    def value(self, problem: Problem, found: StepPrediction) -> float:
        return found.risk / numbers(problem)

    def said(self, k: int, value: float) -> str:
        return f"the estimated error of the data behind the noise is least after {k} iterations: {value:.3g}"
