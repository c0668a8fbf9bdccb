"""Samplers on posteriors known exactly: which are unbiased, and what is known of the others."""

import dataclasses
import itertools

import numpy as np
import pytest
import torch
from numpy.polynomial import chebyshev

from tests.posteriors import MIXTURE, OPERATORS, PROCESS, Case, case, errors
from workbench import noise, operators, priors
from workbench.algorithms import MALA, SKROCK, Algorithm, PerturbOptimise, PreconditionedCrankNicolson
from workbench.posterior import ModeCovariance
from workbench.problem import Problem
from workbench.run import after, iterate, resume, until
from workbench.tensors import generator, stream

CHAINS = 6000
SHAPE = (1, 4, 4)


def last(found: Case, algorithm: Algorithm, steps: int) -> torch.Tensor:
    *_, state = until(iterate(found.problem, algorithm, found.start()), after(steps))
    return state.x


def require_unbiased(samples: torch.Tensor, found: Case) -> None:
    """Mean within 2 % of the posterior's deviation, variance within 5 %, 90 % intervals that hold 0.90 +- 0.02."""
    off = errors(samples, found.posterior)
    assert off.mean < 0.02 and off.variance < 0.05
    assert abs(off.cover_90 - 0.9) < 0.02 and abs(off.cover_50 - 0.5) < 0.02


@pytest.mark.parametrize("prior", [PROCESS, MIXTURE], ids=lambda p: type(p).__name__)
@pytest.mark.parametrize("operator", OPERATORS, ids=lambda o: type(o).__name__)
def test_mala_is_unbiased(operator, prior):
    found = case(operator, prior, CHAINS)
    require_unbiased(last(found, MALA(0.12), 90), found)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda o: type(o).__name__)
def test_pcn_is_unbiased(operator):
    found = case(operator, PROCESS, CHAINS)
    require_unbiased(last(found, PreconditionedCrankNicolson(0.35), 220), found)


@pytest.mark.parametrize("operator", [*OPERATORS, operators.FourierMask(SHAPE)], ids=lambda o: type(o).__name__)
def test_perturb_and_optimise_is_unbiased_from_its_first_step_on(operator):
    found = case(operator, PROCESS, CHAINS)
    require_unbiased(last(found, PerturbOptimise(), 1), found)


@pytest.mark.parametrize("prior", [priors.Tikhonov(2.0), priors.Sobolev(1.0, 0.5, 1.0), priors.GraphSmoothness()])
def test_perturb_and_optimise_samples_any_one_weight(prior):
    found = case(operators.GaussianBlur(SHAPE, 0.6), prior, CHAINS)
    *_, state = until(iterate(found.problem, PerturbOptimise()), after(1))
    require_unbiased(state.x, found)


def test_perturbed_samples_do_not_remember_the_last_one():
    found = case(OPERATORS[1], PROCESS, CHAINS)
    one, other = itertools.islice(iterate(found.problem, PerturbOptimise(1e-8), found.start()), 1, 3)
    product = (one.x - found.posterior.mean) * (other.x - found.posterior.mean) / found.posterior.variance
    assert float(product.mean(0).abs().max()) < 5 / CHAINS**0.5


def test_pcn_takes_as_many_proposals_on_a_fine_grid_as_on_a_coarse_one():
    rates = []
    for side in (8, 32):
        operator = operators.Downsample((1, side, side), side // 4)
        process = priors.GaussianProcess(0.5, 1.0, 1.5, side / 4)
        problem = Problem.simulate(operator, noise.Gaussian(0.1), process, torch.rand(64, 1, side, side))
        start = process.sample(problem.zeros(), generator(0, 0))
        *_, state = until(iterate(problem, PreconditionedCrankNicolson(0.05), start), after(60))
        rates.append(float(state.acceptance.mean()))
    assert min(rates) > 0.2 and max(rates) < 1.5 * min(rates)


def test_a_proposal_of_the_whole_prior_is_independent_of_where_it_starts():
    """At beta = 1 and data that say nothing every proposal is a new sample of the prior, and taken."""
    found = case(OPERATORS[0], PROCESS, 50, sigma=1e5)
    algorithm = PreconditionedCrankNicolson(1.0)
    *_, state = until(iterate(found.problem, algorithm, found.start()), after(3))
    assert bool((state.acceptance == 1).all())
    moved = dataclasses.replace(state, x=state.x + 7)
    one, other = (next(resume(found.problem, algorithm, at)) for at in (state, moved))
    torch.testing.assert_close(one.x, other.x)


@pytest.mark.parametrize("stages", [2, 5, 12])
def test_skrock_is_its_two_polynomials(stages):
    """On c |x|^2 / 2: x' = A(p) x + B(p) sqrt(2 step) n, p = step c, A = T_s(w0 - w1 p) / T_s(w0) and B with U."""
    c, step, start = 3.0, 0.7, 1 + 0.05 / stages**2
    zeros = torch.zeros(1, *SHAPE, dtype=torch.float64)
    problem = Problem(operators.Identity(SHAPE), noise.Gaussian(1.0), priors.Tikhonov(c - 1), zeros)
    first = chebyshev.Chebyshev.basis(stages)
    second = first.deriv() / stages
    rate = first(start) / first.deriv()(start)
    A = first(start - rate * step * c) / first(start)
    B = second(start - rate * step * c) / second(start) * (1 - rate * step * c / 2)
    algorithm, x = SKROCK(stages, step), torch.rand(zeros.shape, generator=generator(0, 0), dtype=zeros.dtype)
    alone, moved = (
        next(resume(problem, algorithm, algorithm.init(problem, at, generator(0, 0)))).x for at in (zeros, x)
    )
    torch.testing.assert_close(moved - alone, A * x, rtol=1e-10, atol=1e-12)
    white = torch.randn(x.shape, generator=stream(0, "step", 1), dtype=x.dtype)
    torch.testing.assert_close(alone, B * (2 * step) ** 0.5 * white, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("stages", [2, 5, 8, 15, 40])
def test_skrock_takes_no_step_at_which_a_variance_is_lost(stages):
    """By its two polynomials, for every curvature up to L: the variance over the exact one is 2 p B^2 / (1 - A^2)."""
    zeros = torch.zeros(1, *SHAPE, dtype=torch.float64)
    problem = Problem(operators.Identity(SHAPE), noise.Gaussian(1.0), priors.Tikhonov(2.0), zeros)
    algorithm, start = SKROCK(stages), 1 + 0.05 / stages**2
    longest = algorithm.current_step(algorithm.init(problem, zeros, generator(0, 0)))
    assert longest is not None
    p, first = np.linspace(1e-3, 3 * longest, 4001), chebyshev.Chebyshev.basis(stages)  # L = 3
    second, rate = first.deriv() / stages, first(start) / first.deriv()(start)
    A = first(start - rate * p) / first(start)
    B = second(start - rate * p) / second(start) * (1 - rate * p / 2)
    assert (2 * p * B**2 / (1 - A**2)).min() > 0.48


def test_skrock_finds_the_mean_and_its_variances_are_too_small_by_no_more_than_promised():
    found = case(OPERATORS[0], PROCESS, CHAINS)
    samples, within = last(found, SKROCK(), 30), found.posterior.within
    assert isinstance(within, ModeCovariance)
    assert errors(samples, found.posterior).mean < 0.02
    ratio = torch.fft.fft2(samples - found.posterior.mean, norm="ortho").abs().square().mean(0) * within.values
    assert 0.5 < float(ratio.min()) < 0.9 and float(ratio.max()) < 1 + 5 * (2 / CHAINS) ** 0.5
