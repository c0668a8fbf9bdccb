"""Estimators of bounded bias by brute force; fits that are fitted again, predicted and done."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import Tensor

from workbench.algorithms import ConjugateGradient
from workbench.analysis.information.channel import modes, of_matrix
from workbench.analysis.information.filters import (
    Filter,
    NuclearBiasFilter,
    OwnReconstructions,
    SelfDistillation,
    SpectralBiasFilter,
    TikhonovFilter,
    ZeroFilling,
)
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import Tikhonov
from workbench.problem import Problem
from workbench.run import iterate, until
from workbench.stopping import Residual
from workbench.tensors import normal_like, stream

SIGMA = 0.3


def drawn(*shape: int, number: int = 0) -> Tensor:
    return normal_like(torch.zeros(shape, dtype=torch.float64), stream(5, "refits", number))


def maps(filter_: Filter, a: Tensor, steps: int = 0) -> list[Tensor]:
    """R_0, .. R_steps in pixels, of signals of variance 1."""
    left, _, right = torch.linalg.svd(a)
    channel = of_matrix(a, torch.eye(a.shape[1], dtype=a.dtype), SIGMA)
    return [right.T @ found[0] @ left.T for found in filter_.matrices(channel, steps)]


def by_splitting(a: Tensor, weight: float, shrunk) -> Tensor:
    """argmin_R weight |R|^2 / 2 + g(R A - 1), g by its prox with step 1: by the method of multipliers."""
    eye = torch.eye(len(a), dtype=a.dtype)
    z, u = -eye, torch.zeros_like(a)
    r = torch.zeros_like(a)
    for _ in range(4000):
        r = torch.linalg.solve(a @ a.T + weight * eye, a @ (eye + z - u).T).T
        z = shrunk(r @ a - eye + u)
        u = u + r @ a - eye - z
    return r


def other_values(matrix: Tensor, change) -> Tensor:
    u, values, v = torch.linalg.svd(matrix)
    return u @ torch.diag(change(values)) @ v


def test_the_bias_in_the_nuclear_norm_is_that_of_brute_force():
    a, weight = drawn(4, 4), 1.5
    found = by_splitting(a, weight, lambda m: other_values(m, lambda s: (s - 1).clamp_min(0)))
    np.testing.assert_allclose(maps(NuclearBiasFilter(weight), a)[0], found, atol=1e-8)


def test_the_bias_in_the_spectral_norm_is_that_of_brute_force():
    a, bias = drawn(4, 4, number=1), 0.35
    found = by_splitting(a, 1.0, lambda m: other_values(m, lambda s: s.clamp_max(bias)))
    (r,) = maps(SpectralBiasFilter(bias), a)
    np.testing.assert_allclose(r, found, atol=1e-8)
    assert float(torch.linalg.matrix_norm(r @ a - torch.eye(4), 2)) == pytest.approx(bias, abs=1e-12)


@pytest.mark.parametrize("filter_", [NuclearBiasFilter(0.5), SpectralBiasFilter(0.2)], ids=lambda f: type(f).__name__)
def test_what_the_operator_does_not_see_is_left_alone(filter_):
    a = drawn(3, 5, number=2)
    (r,) = [torch.linalg.svd(a).Vh.T @ m[0] for m in filter_.matrices(of_matrix(a, torch.eye(5).double(), SIGMA), 0)]
    hidden = torch.linalg.svd(a).Vh[3:]
    assert float((hidden @ r).abs().max()) < 1e-14


@pytest.mark.parametrize("measured", [0.0, 0.25])
def test_self_distillation_is_what_ridge_fitted_to_its_own_fit_gives(measured):
    """By a solver, generation by generation, mode by mode of a blur."""
    operator, weight, sigma = GaussianBlur((1, 6, 5), 0.6), 0.05, 0.1
    y = operator(drawn(1, 1, 6, 5, number=3)) + sigma * drawn(1, 1, 6, 5, number=4)
    problem = Problem(operator, Gaussian(sigma), Tikhonov(weight / sigma**2), y)
    gram = operator.gram_in("fourier")
    assert gram is not None
    gains = gram.double().sqrt().flatten()
    channel = modes(gains, torch.ones_like(gains), sigma)
    data, plain = y, torch.fft.fft2(y).flatten() / torch.fft.fft2(operator(delta())).flatten()
    for shares in itertools.islice(SelfDistillation(weight, measured).shares(channel), 5):
        fitted = solved(Problem(operator, problem.noise, problem.prior, data))
        np.testing.assert_allclose(torch.fft.fft2(fitted).flatten() / plain, shares[:, 0], atol=1e-10)
        data = measured * y + (1 - measured) * operator(fitted)


def delta() -> Tensor:
    x = torch.zeros(1, 1, 6, 5, dtype=torch.float64)
    x[..., 0, 0] = 1
    return x


def solved(problem: Problem) -> Tensor:
    algorithm = ConjugateGradient()
    rule = Residual(1e-14, 1).begin(problem, algorithm)
    *_, last = until(iterate(problem, algorithm), lambda state: state.k >= 60 or rule(state))
    return last.x


def test_self_distillation_with_measured_data_ends_at_a_stronger_ridge():
    channel = modes(torch.linspace(0.1, 1, 9).double(), torch.ones(9), SIGMA)
    *_, last = itertools.islice(SelfDistillation(0.2, 0.25).shares(channel), 200)
    torch.testing.assert_close(last, next(TikhonovFilter(0.8).shares(channel)), rtol=1e-12, atol=1e-12)


def exact(covariance: Tensor, number: int, count: int = 40) -> Tensor:
    """(count, n): samples whose second moments are that covariance to the last digit."""
    z = drawn(count, len(covariance), number=number)
    white = z @ torch.linalg.inv(torch.linalg.cholesky(z.T @ z / count)).T
    return white @ torch.linalg.cholesky(covariance).T


@pytest.mark.parametrize("measured", [0.0, 0.5, 1.0])
def test_training_on_own_reconstructions_is_what_least_squares_learns(measured):
    """Each generation is fitted to pairs of pictures that its predecessor made and data simulated from them."""
    n, m = 4, 5
    a, root = drawn(m, n, number=6), drawn(n + 2, n, number=7)
    covariance = root.T @ root / n
    left, _, right = torch.linalg.svd(a)
    channel = of_matrix(a, covariance, SIGMA)
    learned = covariance
    for g, predicted in enumerate(OwnReconstructions(measured).matrices(channel, 4)):
        # pictures x and noise that know nothing of one another, in the samples themselves
        joint = exact(torch.block_diag(learned, SIGMA**2 * torch.eye(m).double()), 20 + g)
        x, noise = joint[:, :n], joint[:, n:]
        made = torch.linalg.lstsq(x @ a.T + noise, x).solution.T
        np.testing.assert_allclose(made, right.T @ predicted[0] @ left.T[:n], atol=1e-10)
        fresh, real = (exact(a @ c @ a.T + SIGMA**2 * torch.eye(m).double(), 40 + g) for c in (learned, covariance))
        shown = torch.cat([math.sqrt(1 - measured) * fresh, math.sqrt(measured) * real]) @ made.T
        learned = shown.T @ shown / len(fresh)


def test_a_mode_survives_its_own_reconstructions_where_the_signal_is_three_times_the_noise():
    ratios = torch.tensor([0.5, 2.9, 3.1, 10.0], dtype=torch.float64)
    channel = modes(torch.ones(4), ratios, 1.0)
    *_, kept = OwnReconstructions(1.0).matrices(channel, 400)
    phi = kept[:, 0, 0]
    assert bool((phi[:2] < 1e-3).all())
    end = ((ratios - 1) + ((ratios - 1).square() - 4).sqrt()) / 2  # a = a^2 (a_0 + 1) / (a + 1)^2
    torch.testing.assert_close(phi[2:], (end / (1 + end))[2:], rtol=1e-10, atol=1e-12)
    *_, lost = OwnReconstructions(0.0).matrices(channel, 40)
    assert bool((lost < 1e-30).all()), "without real data nothing is left"


@pytest.mark.parametrize("kept", [0.4, 0.9, 1.0])
def test_zero_filling_is_what_least_squares_learns_of_all_ways_to_lose_data(kept):
    """A blur of stationary signals: pairs with every pattern of missing data, each as often as it occurs."""
    n = 5
    turns = torch.arange(n)
    column = torch.tensor([0.5, 0.2, 0.05, 0.05, 0.2], dtype=torch.float64)
    a = torch.stack([column.roll(int(k)) for k in turns], 1)
    covariance = torch.matrix_power(a, 3) + 0.1 * torch.eye(n).double()
    joint = exact(torch.block_diag(covariance, SIGMA**2 * torch.eye(n).double()), 60)
    x, y = joint[:, :n], joint[:, :n] @ a.T + joint[:, n:]
    ways = torch.tensor(list(itertools.product([0.0, 1.0], repeat=n)), dtype=torch.float64)
    chance = (ways * kept + (1 - ways) * (1 - kept)).prod(1).sqrt()
    seen = torch.cat([c * y * way / kept for way, c in zip(ways, chance, strict=True)])
    made = torch.linalg.lstsq(seen, torch.cat([c * x for c in chance])).solution.T
    left, _, right = torch.linalg.svd(a)
    (predicted,) = ZeroFilling(kept).matrices(of_matrix(a, covariance, SIGMA), 0)
    np.testing.assert_allclose(made, right.T @ predicted[0] @ left.T, atol=1e-10)
