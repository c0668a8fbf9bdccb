"""Laplace, Student, salt and pepper, speckle, Rice and Sobolev against scipy's densities, quadrature and algebra."""

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
import torch

from tests.laws.small import random
from workbench.noise import Gaussian, Laplace, MultiplicativeGamma, Rician, SaltAndPepper, SobolevNoise, StudentT
from workbench.operators import Identity
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import generator

S = 0.2


def mixture(y, clean):
    black_or_white = scipy.stats.norm.pdf(y, 0, S) + scipy.stats.norm.pdf(y, 1, S)
    return 0.7 * scipy.stats.norm.pdf(y, clean, S) + 0.15 * black_or_white


DENSITIES = [
    (Laplace(S), lambda y, c: scipy.stats.laplace.pdf(y, c, S), -9, 9),
    (StudentT(S, 4.5), lambda y, c: scipy.stats.t.pdf(y, 4.5, c, S), -300, 300),
    (SaltAndPepper(S, 0.3), mixture, -3, 5),
    (MultiplicativeGamma(3, 0.1), lambda y, c: scipy.stats.gamma.pdf(y, 3, scale=(c + 0.1) / 3), 0, 30),
    (Rician(S), lambda y, c: scipy.stats.rice.pdf(y, c / S, scale=S), 0, 6),
]
every = pytest.mark.parametrize(("law", "density", "low", "high"), DENSITIES, ids=lambda v: type(v).__name__)


@every
def test_value_is_minus_log_density_up_to_a_term_of_y(law, density, low, high):
    clean = torch.tensor([0.0, 0.03, 0.4, 1.1, 2.5], dtype=torch.float64)[:, None]
    for y in (0.01, 0.3, 0.95, 2.2):
        offset = law.nll(clean, torch.full_like(clean, y)) + torch.from_numpy(np.log(density(y, clean.numpy()[:, 0])))
        assert torch.allclose(offset, offset[0].expand(5), atol=1e-9)


@every
@pytest.mark.parametrize("clean", [0.0, 0.15, 0.7])
def test_samples_follow_the_density(law, density, low, high, clean):
    y = law.sample(torch.full((1, 20_000), clean, dtype=torch.float64), generator(0, 0)).numpy().ravel()
    grid = np.linspace(low, high, 200_001)
    below = scipy.integrate.cumulative_trapezoid(density(grid, clean), grid, initial=0)
    assert scipy.stats.kstest(y, lambda v: np.interp(v, grid, below)).pvalue > 1e-3


@every
@pytest.mark.parametrize("clean", [0.02, 0.3, 1.6, 4.0])
def test_precision_is_the_integral_of_the_squared_score(law, density, low, high, clean):
    grid = torch.linspace(low, high + clean, 400_001, dtype=torch.float64)[None]
    score = law.grad(torch.full_like(grid, clean), grid).square()[0].numpy()
    found = float(law.precision(torch.full((1, 1), clean, dtype=torch.float64)))
    assert found == pytest.approx(scipy.integrate.trapezoid(score * density(grid[0].numpy(), clean), grid[0]), rel=2e-5)


def test_precision_of_magnitudes_from_black_to_bright():
    clean = torch.tensor([[0.0, 1e-3, 40.0]], dtype=torch.float64)
    found = Rician(1.0).precision(clean)[0]
    assert float(found[0]) == 0
    assert float(found[1]) == pytest.approx(1e-6, rel=1e-4)
    assert float(found[2]) == pytest.approx(1 - 1 / (2 * 40**2), abs=1e-6)


def test_outliers_pull_less_or_not_at_all():
    zero = torch.zeros(1, 3, dtype=torch.float64)
    y = torch.tensor([[0.1, 1.0, 10.0]], dtype=torch.float64)
    pulls = StudentT(0.1, 2.0).grad(zero, y).abs()[0]
    assert pulls[0] > pulls[1] > pulls[2]
    assert float(SaltAndPepper(0.1, 0.1).grad(zero + 0.5, y * 0 + 1).abs().max()) < 0.1
    assert torch.allclose(Laplace(0.1).grad(zero, y), torch.full((1, 3), -10.0, dtype=torch.float64))


def test_prox_of_absolute_differences_moves_towards_the_data():
    v = torch.tensor([[0.0, 1.0, 0.55 + 2j]], dtype=torch.complex128)
    u = Laplace(2.0).prox(v, torch.full_like(v, 0.5), 0.6)
    assert torch.allclose(u, torch.tensor([[0.3, 0.7, 0.5 + 1.7j]], dtype=torch.complex128))


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_a_sobolev_misfit_of_order_zero_is_gaussian(dtype):
    a, y = random((2, 2, 6, 5), dtype), random((2, 2, 6, 5), dtype, 1)
    for f in ("nll", "grad", "curvature"):
        assert torch.allclose(getattr(SobolevNoise(0.1, 0.0), f)(a, y), getattr(Gaussian(0.1), f)(a, y))


@pytest.mark.parametrize("order", [-1.5, 0.7, 2.0])
def test_a_sobolev_misfit_is_a_sum_over_frequencies(order):
    law, a, y = SobolevNoise(0.1, order), random((2, 2, 6, 5), torch.float64), random((2, 2, 6, 5), torch.float64, 1)
    k = np.add.outer((6 * np.fft.fftfreq(6)) ** 2, (5 * np.fft.fftfreq(5)) ** 2)
    power = np.abs(np.fft.fft2((a - y).numpy(), norm="ortho")) ** 2
    wanted = ((1 + k) ** order * power).sum((1, 2, 3)) / (2 * 0.1**2)
    assert np.abs(law.nll(a, y).numpy() / wanted - 1).max() < 1e-13
    assert law.lipschitz(y) == pytest.approx(float((1 + k).max() ** order if order > 0 else 1) / 0.01)
    clean = torch.zeros(4000, 1, 6, 5, dtype=torch.float64)
    grad = law.grad(clean, law.sample(clean, generator(0, 0)))
    assert float(grad.square().mean()) == pytest.approx(float(law.precision(clean)[0, 0, 0, 0]), rel=0.03)


def test_newton_through_a_sobolev_misfit():
    y = random((1, 1, 6, 5), torch.float64)
    problem = Problem(Identity((1, 6, 5)), SobolevNoise(0.5, 1.0), Zero(), y)
    x, v = random(y.shape, torch.float64, 1), random(y.shape, torch.float64, 2)
    slope = problem.misfit_grad(x + v) - problem.misfit_grad(x)
    assert torch.allclose(problem.hessian(x)(v), slope, atol=1e-10)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: MultiplicativeGamma().sample(torch.tensor([[-1.0]]), generator(0, 0)), "down to -1"),
        (lambda: MultiplicativeGamma(looks=0), "MultiplicativeGamma.looks"),
        (lambda: StudentT(dof=0.5), "StudentT.dof"),
        (lambda: SaltAndPepper(rate=1.0), "SaltAndPepper.rate"),
        (lambda: SobolevNoise(order=math.inf), "SobolevNoise.order"),
        (lambda: Problem(Identity((1, 2)), Rician(), Zero(), torch.tensor([[[1.0, -0.5]]])), "magnitudes"),
        (
            lambda: Problem(Identity((1, 2)), MultiplicativeGamma(), Zero(), torch.tensor([[[1.0, -0.5]]])),
            "intensities",
        ),
    ],
)
def test_refusals(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()
