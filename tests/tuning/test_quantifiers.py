"""Intervals of every pixel: beside closed forms, dense matrices and what is guaranteed."""

import math
from dataclasses import replace

import pytest
import torch

from workbench.algorithms import ADMM, FISTA, LBFGS, GradientDescent, UnadjustedLangevin
from workbench.analysis.chains import Interval
from workbench.data import truth
from workbench.noise import Gaussian, Laplace, Poisson
from workbench.operators import Field, Identity, Map
from workbench.priors import SmoothedTotalVariation, Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import Diverged, after, iterate, until
from workbench.tuning import held_out_crops
from workbench.tuning.conformal import ConformalCalibration, reconstructed
from workbench.tuning.quantifiers import LaplaceApproximation, PosteriorDraws, QuantifiedPicture, SplitConformal

SHAPE, SIGMA = (1, 8, 8), 0.1


def small(prior=None, noise=None) -> Problem:
    seen = truth("coins", 8).double()
    return Problem.simulate(Identity(SHAPE), noise or Gaussian(SIGMA), prior or Tikhonov(25.0), seen, seed=1)


def last(quantifier, problem, algorithm, steps=200) -> tuple[QuantifiedPicture, Interval]:
    *_, found = quantifier.pictures(problem, algorithm, steps)
    assert found.interval is not None
    return found, found.interval


def test_what_left_for_infinity_has_no_interval():
    with pytest.raises(Diverged):
        reconstructed(small(), GradientDescent(step_size=1.0), 9)


def test_laplace_is_the_normal_posterior_of_a_quadratic_problem():
    """1 / sigma^2 + w is the precision of each pixel by itself; 1.6449 deviations hold nine tenths."""
    problem = small()
    found, interval = last(LaplaceApproximation(), problem, FISTA())
    width = 2 * 1.6448536269514722 / math.sqrt(1 / SIGMA**2 + 25)
    torch.testing.assert_close(interval.width, torch.full(SHAPE, width, dtype=torch.float64), rtol=1e-6, atol=0)
    middle = problem.y[0] / SIGMA**2 / (1 / SIGMA**2 + 25)
    torch.testing.assert_close((interval.low + interval.high)[None] / 2, middle[None], rtol=1e-6, atol=1e-9)
    assert not found.warning


@pytest.mark.parametrize("noise", [Gaussian(SIGMA), Poisson(80.0)], ids=lambda noise: type(noise).__name__)
def test_laplace_is_the_inverse_of_the_hessian_by_finite_differences(noise):
    problem = small(SmoothedTotalVariation(2.0, width=0.1), noise)
    algorithm = LBFGS()
    *_, state = until(iterate(replace(problem, truth=None), algorithm), after(300))

    def slope(x):
        return (problem.misfit_grad(x) + problem.prior.grad(x)).flatten()

    h, count = 1e-5, math.prod(SHAPE)
    units = h * torch.eye(count, dtype=torch.float64).reshape(count, 1, *SHAPE)
    hessian = torch.stack([(slope(state.x + e) - slope(state.x - e)) / (2 * h) for e in units])
    deviation = torch.linalg.inv(hessian).diagonal().sqrt().reshape(SHAPE)
    _, interval = last(LaplaceApproximation(), problem, algorithm, 300)
    torch.testing.assert_close(interval.width, 2 * 1.6448536269514722 * deviation, rtol=1e-4, atol=0)
    early, _ = last(LaplaceApproximation(), problem, algorithm, 2)
    assert "not the minimum" in early.warning


def test_laplace_of_complex_data_of_a_real_picture_keeps_their_imaginary_part():
    """Cut off, the minimum was told to be none: a gradient of 101 % of that of the misfit."""

    def there(x):
        return torch.fft.fft2(x, norm="ortho")

    def back(y):
        return torch.fft.ifft2(y, norm="ortho").real

    A = Map((SHAPE, SHAPE), there, back, Field.REAL)
    prior = SmoothedTotalVariation(2.0, width=0.1)
    problem = Problem.simulate(A, Gaussian(SIGMA), prior, truth("coins", 8).double(), seed=1)
    found, interval = last(LaplaceApproximation(), problem, LBFGS(), 300)
    same = Problem(Identity(SHAPE), Gaussian(SIGMA), prior, back(problem.y))  # A*A = 1
    _, expected = last(LaplaceApproximation(), same, LBFGS(), 300)
    assert not found.warning
    torch.testing.assert_close(interval.low, expected.low, rtol=1e-5, atol=1e-6)


def test_conformal_is_the_calibration_of_the_command_line():
    problem = small(TotalVariation(5.0))
    found, interval = last(SplitConformal(held_out=24, of="brick", seed=3), problem, ADMM(), 20)
    crops = held_out_crops(("brick",), SHAPE, 24, 3).double()
    made = ConformalCalibration(steps=20, seed=3, batch=4).intervals(problem, ADMM(), crops)
    low, high = made.around(reconstructed(problem, ADMM(), 20))
    torch.testing.assert_close(interval.low, low[0])
    torch.testing.assert_close(interval.high, high[0])
    assert interval.share == 23 / 25 and (found.done, found.whole) == (24, 24)


def test_conformal_grows_says_what_it_waits_for_and_tests_for_drift():
    problem = small(TotalVariation(5.0))
    first, *_, end = SplitConformal(held_out=40, region=4).pictures(problem, ADMM(), 10)
    assert first.interval is None and first.done == 4
    assert "drift test p" in end.sentence and end.interval is not None
    blocks = end.interval.low.reshape(1, 2, 4, 2, 4)
    assert bool((blocks == blocks[:, :, :1, :, :1]).all())  # one number for each region
    wild = replace(problem, y=problem.y + torch.randn(problem.y.shape, dtype=torch.float64))
    assert "drift test p" in last(SplitConformal(held_out=40), wild, ADMM(), 10)[0].warning


def test_draws_hold_what_the_normal_posterior_does():
    problem = small()
    _, interval = last(PosteriorDraws(warmup=200, draws=2000, chains=8), problem, UnadjustedLangevin())
    width = 2 * 1.6448536269514722 / math.sqrt(1 / SIGMA**2 + 25)
    assert float(interval.width.mean()) == pytest.approx(width, rel=0.06)


def test_who_cannot_says_how_to_get_one():
    kinks, robust = small(TotalVariation()), small(Tikhonov(), Laplace())
    assert "SmoothedTotalVariation" in LaplaceApproximation().unmet(kinks, ADMM())
    assert "gradient" in LaplaceApproximation().unmet(robust, ADMM())
    assert "draws none" in PosteriorDraws().unmet(kinks, ADMM())
    smooth = small(SmoothedTotalVariation())
    assert "no minimum" in LaplaceApproximation().unmet(smooth, UnadjustedLangevin())
    with pytest.raises(Refusal, match="draws none"):
        next(PosteriorDraws().pictures(kinks, ADMM(), 10))
    line = Problem.simulate(Identity((1, 30)), Gaussian(), Tikhonov(), torch.rand(1, 1, 30))
    assert "1 axes" in SplitConformal().unmet(line, FISTA())
