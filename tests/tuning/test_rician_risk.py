"""The risk of squared magnitudes, told from the data: by integrals over Rice's density, and over draws of the noise."""

import math

import pytest
import torch
from scipy.integrate import quad
from scipy.stats import rice

from tests.tuning.test_selectors import blocks
from workbench import tuning
from workbench.noise import Rician
from workbench.operators import Identity
from workbench.priors import TotalVariation
from workbench.problem import Problem

SIGMA = 0.2


@pytest.mark.parametrize("true", [0.0, 0.3, 1.2])
def test_its_mean_is_the_error_of_a_line_but_for_the_second_derivative(true):
    """Of clean = a y + b, whose square has the second derivative 2 a^2: 2 sigma^4 times it is left out."""
    a, b = 0.7, 0.1

    def mean(value) -> float:
        return quad(lambda y: value(y) * rice.pdf(y, true / SIGMA, scale=SIGMA), 0, true + 12 * SIGMA, epsabs=1e-12)[0]

    def risk(y: float) -> float:
        one = torch.full((1, 1), y, dtype=torch.float64)
        return float(Rician(SIGMA).risk(a * one + b, one, a * Rician(SIGMA).deviation(one).square()))

    error = mean(lambda y: ((a * y + b) ** 2 - true**2) ** 2)
    assert mean(risk) == pytest.approx(error + 2 * SIGMA**4 * 2 * a**2, abs=2e-7)


def test_sure_is_the_risk_of_squares_on_average_and_its_weight_is_nearly_the_best():
    truth, off, lost = blocks(), [], []
    weights = [1, 2, 4, 8, 16]
    for seed in range(6):
        problem = Problem.simulate(Identity((1, 24, 24)), Rician(SIGMA), TotalVariation(1.0), truth, seed)
        path = tuning.WeightPath(problem, tuple(tuning.Walk(seed=seed).points(problem, weights)))
        risk = torch.stack([(p.clean.square() - truth.square()).square().mean() for p in path.points]).double()
        curve = tuning.SURE().curve(path)
        off.append(curve - risk)
        lost.append(float(risk[curve.argmin()] / risk.min()))
    mean, error = torch.stack(off).mean(0), torch.stack(off).std(0) / math.sqrt(len(off))
    assert bool((mean > -4 * error).all()) and bool((mean < 4 * SIGMA**4 + 4 * error).all()), (mean, error)
    assert max(lost) < 1.1, lost
    assert type(tuning.automatic(problem).selector) is tuning.SURE
