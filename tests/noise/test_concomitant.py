"""Noise of unknown level: its closed form by minimising over the level, CVXPY's minimum, one weight for all levels."""

from itertools import islice

import cvxpy as cp
import pytest
import torch

from tests.laws.small import matrix
from workbench.algorithms import PDHG
from workbench.analysis.metrics import noise_level, signal_to_noise, standard
from workbench.data import Shipped, truth
from workbench.experiment import Experiment
from workbench.noise import ConcomitantGaussian, Gaussian
from workbench.operators import GaussianBlur, Gradient, Identity
from workbench.priors import L1, Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import norm

SHAPE = (1, 6, 6)


def end(problem, steps):
    *_, last = islice(iterate(problem, PDHG()), steps + 1)
    return last


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_the_likelihood_is_the_least_over_the_level(dtype):
    clean, y = (torch.randn(2, 1, 7, dtype=dtype, generator=torch.Generator().manual_seed(k)) for k in (0, 1))
    numbers = 14 if dtype.is_complex else 7
    levels = torch.linspace(0.1, 5, 200_001, dtype=torch.float64)
    square = (clean - y).abs().square().flatten(1).sum(1)
    values = (square[:, None] / levels + numbers * levels) / (2 * 0.2)
    found = ConcomitantGaussian(reference=0.2)
    torch.testing.assert_close(found.nll(clean, y), values.amin(1), rtol=1e-9, atol=0)
    torch.testing.assert_close(found.level(clean, y), levels[values.argmin(1)], rtol=1e-4, atol=0)


def test_at_the_kink_the_gradient_is_zero_and_the_prox_meets_the_data():
    y = torch.randn(1, 1, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    noise = ConcomitantGaussian(reference=1.0)
    assert not noise.grad(y, y).any() and not noise.hvp(y, y, y).any()
    assert torch.equal(noise.prox(y + 0.01, y, 1.0), y)
    far = noise.prox(y + 3.0, y, 1.0)
    torch.testing.assert_close(norm(far - y), torch.tensor([(3 - 1) * 5**0.5], dtype=torch.float64))


@pytest.mark.parametrize("prior", [TotalVariation(0.5), L1(0.5)], ids=["TV", "L1"])
def test_the_minimum_is_cvxpys(prior):
    """sqrt(N) |A x - y| + w sum |D x|, or w |x|_1."""
    operator = GaussianBlur(SHAPE, 0.7)
    rng = torch.Generator().manual_seed(2)
    y = (torch.rand(1, *SHAPE, generator=rng, dtype=torch.float64) > 0.6).double()
    y = y + 0.1 * torch.randn(y.shape, generator=rng, dtype=torch.float64)
    problem = Problem(operator, ConcomitantGaussian(reference=1.0), prior, y)
    A, u = matrix(operator), cp.Variable(36)
    if isinstance(prior, L1):
        g = 0.5 * cp.norm1(u)
    else:
        D = matrix(Gradient(SHAPE)).reshape(2, 36, 36)
        g = 0.5 * cp.sum(cp.norm(cp.vstack([D[0].numpy() @ u, D[1].numpy() @ u]), axis=0))
    wanted = cp.Problem(cp.Minimize(6 * cp.norm(A.numpy() @ u - y.flatten().numpy()) + g))
    wanted.solve(solver="CLARABEL")
    assert float(problem.objective(end(problem, 1500).x)[0]) == pytest.approx(wanted.value, rel=1e-5)


def test_it_is_the_minimum_of_gaussian_noise_at_the_level_it_estimates():
    """|x - y|^2 / (2 s^2) + w / s g at s = |x - y| / sqrt(N) has the same minimum, here with g = |x|^2 / 2."""
    y = torch.randn(1, 1, 30, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    problem = Problem(Identity((1, 30)), ConcomitantGaussian(reference=1.0), Tikhonov(0.4), y)
    x = end(problem, 1000).x
    s = float(ConcomitantGaussian().level(x, y)[0])
    torch.testing.assert_close(x, y / (1 + 0.4 * s), rtol=1e-6, atol=1e-8)
    assert float(noise_level(problem, next(iterate(problem, PDHG(), x)))["noise_level"][0]) == pytest.approx(s)


def test_one_weight_serves_noise_from_a_quarter_to_four_times_the_level():
    """Grainy coins, sigma 0.025, 0.1 and 0.4: within 0.2 dB of the best of the weights at each level."""
    seen, weights = truth("coins", 32).double().expand(3, -1, -1, -1), (12.0, 14.0, 15.0, 16.0, 18.0)
    operator, levels = Identity((1, 32, 32)), (0.025, 0.1, 0.4)
    made = [Problem.simulate(operator, ConcomitantGaussian(s), TotalVariation(), seen[:1], seed=1) for s in levels]
    y = torch.cat([problem.y for problem in made])
    problems = [Problem(operator, ConcomitantGaussian(), TotalVariation(w), y) for w in weights]
    quality = torch.stack([signal_to_noise(end(problem, 250).x, seen) for problem in problems])
    best = quality.amax(0)
    assert float((best - quality).amax(1).min()) <= 0.2
    assert bool(((quality[0] < best - 1) & (quality[-1] < best - 0.2)).all()), "the best weights lie between these"


def test_a_run_shows_the_level_and_other_noises_have_none():
    result = Experiment(noise=ConcomitantGaussian(0.1), steps=2).fitted((1, 256, 256)).run()
    assert float(result.noise_level[-1, 0]) > 0 and result.noise_level.attrs["long_name"] == "estimated noise"
    plain = Problem(Identity((1, 4)), Gaussian(), Tikhonov(), torch.ones(1, 1, 4))
    assert noise_level not in standard(plain)
    with pytest.raises(Refusal, match="a level that is estimated"):
        noise_level(plain, next(iterate(plain, PDHG())))


def test_at_its_reference_a_weight_means_what_it_means_beside_gaussian_noise():
    """The gradient at a residual of that level, by hand and beside `Gaussian`."""
    y = torch.randn(2, 1, 50, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    n = torch.randn(2, 1, 50, dtype=torch.float64, generator=torch.Generator().manual_seed(6))
    clean = y + 0.3 * n * (50**0.5 / norm(n))[:, None, None]
    found = ConcomitantGaussian(reference=0.3).grad(clean, y)
    torch.testing.assert_close(found, Gaussian(0.3).grad(clean, y), rtol=1e-12, atol=0)


def test_defaults_serve_it_too():
    """At the level of the default noise it is as good as noise that is told the level, to half a dB."""
    quality = [
        float(Experiment(Shipped("camera", 64), noise=noise, steps=100).fitted((1, 64, 64)).run().psnr[-1, 0])
        for noise in (Gaussian(0.05), ConcomitantGaussian(0.05))
    ]
    assert quality[1] > quality[0] - 0.5
