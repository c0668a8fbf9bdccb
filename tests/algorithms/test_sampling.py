"""Langevin's samples of a Gaussian posterior have the mean, and the variance within the known bias."""

import itertools

import torch

from workbench import noise, operators, priors
from workbench.algorithms import MALA, ConjugateGradient, UnadjustedLangevin
from workbench.problem import Problem
from workbench.run import after, iterate, until

SHAPE, CHAINS, SIGMA, WEIGHT = (1, 4, 4), 6000, 0.5, 1.0


def posterior() -> tuple[Problem, torch.Tensor, torch.Tensor]:
    """One posterior, CHAINS times in a batch; its mean, and the curvature of each frequency of the blur."""
    operator = operators.GaussianBlur(SHAPE, 0.8)
    x = torch.rand(1, *SHAPE, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    one = Problem.simulate(operator, noise.Gaussian(SIGMA), priors.Tikhonov(WEIGHT), x)
    many = Problem(operator, one.noise, one.prior, one.y.expand(CHAINS, *SHAPE).clone())
    mean = operator.gram_inverse(operator.adjoint(one.y), WEIGHT * SIGMA**2)
    return many, mean, operator.transfer().square() / SIGMA**2 + WEIGHT


def test_mean_and_variance_of_a_gaussian_posterior() -> None:
    problem, mean, curvature = posterior()
    step = 1 / float(curvature.max())  # ten times the default, so that the bias stands out: the stiffest has twice its
    *_, last = until(iterate(problem, UnadjustedLangevin(step)), after(60))
    spread = torch.fft.fft2(last.x - mean, norm="ortho").abs().square().mean((0, 1))
    expected = 1 / (curvature * (1 - step * curvature / 2))
    assert float((last.x.mean(0, keepdim=True) - mean).abs().max()) < 5 * float((expected.mean() / CHAINS) ** 0.5)
    torch.testing.assert_close(spread, expected, rtol=5 * (2 / CHAINS) ** 0.5, atol=0)


def test_the_default_step_keeps_the_promised_bias() -> None:
    problem, _, curvature = posterior()
    state = next(iterate(problem, UnadjustedLangevin()))
    step = UnadjustedLangevin().current_step(state)
    assert float((1 / (1 - step * curvature / 2)).max()) < 1.053
    assert step < UnadjustedLangevin().largest_step(state) / 10


def test_seeds_repeat_and_differ_and_chains_differ() -> None:
    problem, _, _ = posterior()
    runs = [list(until(iterate(problem, UnadjustedLangevin(), seed=seed), after(3)))[-1].x for seed in (0, 0, 1)]
    assert torch.equal(runs[0], runs[1]) and not torch.equal(runs[0], runs[2])
    assert not torch.equal(runs[0][0], runs[0][1])


def test_metropolis_leaves_no_bias_at_a_step_where_langevin_has_one() -> None:
    problem, mean, curvature = posterior()
    step = 1 / float(curvature.max())
    *_, last = until(iterate(problem, MALA(step)), after(150))
    spread = torch.fft.fft2(last.x - mean, norm="ortho").abs().square().mean((0, 1))
    assert float((last.x.mean(0, keepdim=True) - mean).abs().max()) < 5 / (CHAINS * WEIGHT) ** 0.5
    torch.testing.assert_close(spread, 1 / curvature, rtol=5 * (2 / CHAINS) ** 0.5, atol=0)
    assert 0.5 < float(last.acceptance.mean()) < 0.95


def test_the_share_of_proposals_taken_is_counted_and_falls_with_the_step() -> None:
    problem, _, curvature = posterior()
    shares = []
    for step in (0.1, 1.0, 10.0):
        states = list(until(iterate(problem, MALA(step / float(curvature.max()))), after(20)))
        moved = torch.stack([(b.x != a.x).flatten(1).any(1) for a, b in itertools.pairwise(states)])
        torch.testing.assert_close(states[-1].acceptance, moved.double().mean(0))
        shares.append(float(moved.double().mean()))
    assert shares[0] > 0.95 > shares[1] > shares[2] and shares[2] < 0.05


def mosaic() -> torch.Tensor:
    return torch.rand(1, 1, 48, 48, generator=torch.Generator().manual_seed(4), dtype=torch.float64)


def test_the_default_step_of_mala_moves_from_the_mode_itself() -> None:
    problem = Problem.simulate(
        operators.GaussianBlur((1, 48, 48)), noise.Gaussian(0.05), priors.Tikhonov(20.0), mosaic()
    )
    *_, mode = until(iterate(problem, ConjugateGradient()), after(100))
    *_, last = until(iterate(problem, MALA(), mode.x), after(100))
    assert float(last.acceptance.min()) > 0.4
