"""Schedules and samplers against the Gaussian, for which every move is linear."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import scipy.integrate
import torch

from tests.posteriors import errors
from workbench.algorithms import UnconditionalDiffusion
from workbench.algorithms.diffusion import (
    DDIM,
    CosineVP,
    Geometric,
    Karras,
    LinearVP,
    ProbabilityFlow,
    Renoising,
    ReverseSDE,
    Sampler,
    Schedule,
)
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.posterior import exact
from workbench.priors import GaussianMixture, GaussianProcess
from workbench.problem import Problem
from workbench.run import iterate, resume
from workbench.tensors import generator

SCHEDULES = (Geometric(), Karras(), LinearVP(), CosineVP())
SAMPLERS = (DDIM(0.0), DDIM(), ReverseSDE(), ReverseSDE(0), ProbabilityFlow())
VARIANCE = 0.3
PROCESS = GaussianProcess(0.4, 0.8, 1.0, 1.0)
MIXTURE = GaussianMixture(PROCESS, 3, 3.0)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_ratios_fall_to_0_and_levels_are_what_they_say(schedule):
    for count in (1, 2, 50):
        ratios = schedule.ratios(count)
        assert len(ratios) == count + 1 and ratios[-1] == 0
        assert all(a > b for a, b in pairwise(ratios))
    preserving = type(schedule).__name__.endswith("VP")
    for ratio in ratios:
        alpha, sigma = schedule.level(ratio)
        assert sigma == pytest.approx(alpha * ratio)
        assert (alpha**2 + sigma**2 if preserving else alpha) == pytest.approx(1)


def test_schedules_are_the_formulas_of_their_papers():
    beta = LinearVP(0.2, 15.0)
    first = scipy.integrate.quad(lambda t: 0.2 + (15.0 - 0.2) * t, 0, 1)[0]
    assert beta.level(beta.ratios(10)[0]).alpha == pytest.approx(math.exp(-first / 2))
    steps = [r ** (1 / 3) for r in Karras(8.0, 1e-3, 3.0).ratios(6)[:-1]]
    assert steps == pytest.approx([2 - k * (2 - 0.1) / 5 for k in range(6)])
    geometric = Geometric(4.0, 1.0).ratios(3)
    assert geometric[:-1] == pytest.approx([4, 2, 1])
    angles = [math.asin(CosineVP().level(r).sigma) for r in CosineVP().ratios(5)[:-1]]
    assert [b - a for a, b in pairwise(angles)] == pytest.approx([angles[1] - angles[0]] * 4)


def final_variance(sampler: Sampler, schedule: Schedule, levels: int) -> float:
    """The variance of samples of N(0, VARIANCE): every move is linear, so that its gain and its noise are all."""
    zeros = torch.zeros(1, 1, 10_000, dtype=torch.float64)
    ratios = schedule.ratios(levels)
    variance = ratios[0] ** 2
    for k, (old, new) in enumerate(pairwise(ratios)):
        levels_ = schedule.level(old), schedule.level(new)
        noise, shifted = (sampler.move(z, *levels_, wiener, generator(0, k)).noisy for z in (zeros, zeros + 1))
        variance = float((shifted - noise).mean()) ** 2 * variance + float(noise.square().mean())
    return variance


def wiener(z: torch.Tensor, ratio: float) -> torch.Tensor:
    return VARIANCE / (VARIANCE + ratio**2) * z


@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_the_variance_is_right_in_the_limit_of_many_levels(sampler, schedule):
    coarse, fine = (abs(final_variance(sampler, schedule, levels) / VARIANCE - 1) for levels in (25, 400))
    # 16 times the levels; what is left: the start lacks the variance of the signals, one of 300, and chance.
    assert fine < 0.04 and fine < max(coarse / 8, 0.005)


def test_renoising_keeps_its_share_of_the_noise_and_loses_a_known_part_of_the_variance():
    """For N(0, v) a move multiplies by w + kept (1 - w), w = v / (v + s^2), and adds (eta s')^2.

    At rest, s small, that is 2 (1 - c) variance / v = eta^2, c = sqrt(1 - eta^2): (1 + c) / 2 of v.
    """
    sampler, ratios = Renoising(0.6), Karras().ratios(25)
    variance = ratios[0] ** 2
    for old, new in pairwise(ratios):
        w = VARIANCE / (VARIANCE + old**2)
        variance = (w + 0.8 * new / old * (1 - w)) ** 2 * variance + (0.6 * new) ** 2
    assert final_variance(sampler, Karras(), 25) == pytest.approx(variance, rel=0.03)
    assert final_variance(sampler, Karras(), 1000) == pytest.approx(0.9 * VARIANCE, rel=0.02)


def test_heuns_method_is_of_second_order_and_eulers_of_first():
    schedule = Geometric(most=1e3, least=1e-4)
    for sampler, order in ((ProbabilityFlow(), 4), (DDIM(0.0), 2)):
        errors = [abs(final_variance(sampler, schedule, levels) / VARIANCE - 1) for levels in (200, 400)]
        assert errors[0] / errors[1] == pytest.approx(order, rel=0.15)


def problem(batch: int) -> Problem:
    """Data that say nothing."""
    shape = (1, 4, 4)
    y = torch.zeros(batch, *shape, dtype=torch.float64)
    return Problem(Identity(shape), Gaussian(1e5), PROCESS, y)


@pytest.mark.parametrize("prior", [PROCESS, MIXTURE], ids=lambda p: type(p).__name__)
def test_unconditional_samples_are_of_the_prior(prior):
    found = replace(problem(6000), prior=prior)
    known = exact(replace(found, y=found.y[:1]))
    assert known is not None
    *_, state = iterate(found, UnconditionalDiffusion(CosineVP(), 60, ProbabilityFlow()))
    off = errors(state.x, known)
    assert off.mean < 0.02 and off.variance < 0.05 and abs(off.cover_90 - 0.9) < 0.02 and off.wasserstein < 0.06


def test_a_run_ends_with_its_levels_and_a_changed_schedule_is_joined_at_its_noise():
    found, method = problem(2), UnconditionalDiffusion(levels=12)
    states = list(iterate(found, method))
    assert [s.k for s in states] == list(range(13)) and method.done(states[-1])
    assert [s.ratio for s in states] == Karras().ratios(12)
    assert torch.equal(states[-1].x, states[-1].noisy)
    other = replace(method, levels=30, schedule=LinearVP())
    after_change = list(resume(found, other, states[6]))
    assert [s.ratio for s in after_change] == [r for r in LinearVP().ratios(30) if r < states[6].ratio]
    torch.testing.assert_close(after_change[0].noisy, after_change[0].noisy.clamp(-9, 9))


def test_the_start_is_noise_about_the_mean_of_the_prior():
    found = problem(4000)
    first = next(iterate(found, UnconditionalDiffusion(Geometric(most=3.0))))
    assert float(first.noisy.std()) == pytest.approx(3, rel=0.02)
    assert torch.equal(first.x, found.start()) and first.k == 0
    mean = float(found.prior.denoise(torch.zeros(1, 1, 4, 4, dtype=torch.float64), 3.0).mean())
    assert float(first.noisy.mean()) == pytest.approx(mean, abs=5 * 3 / (4000 * 16) ** 0.5)
