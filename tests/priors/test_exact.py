"""Gaussian process and mixture against dense matrices, finite differences and quadrature."""

import numpy as np
import pytest
import scipy.stats
import torch

from workbench.priors import GaussianMixture, GaussianProcess
from workbench.tensors import generator, normal_like

SHAPE = (1, 3, 4)
PROCESS = GaussianProcess(0.4, 0.7, 1.3, 1.5)
MIXTURE = GaussianMixture(PROCESS, 4, 1.7, seed=2)
PRIORS = (PROCESS, MIXTURE)


def covariance(process: GaussianProcess) -> np.ndarray:
    """Entry by entry: c(i - j) = mean over w of c(w) cos(w (i - j))."""
    _, rows, columns = SHAPE
    places = [(r, c) for r in range(rows) for c in range(columns)]
    found = np.zeros((len(places), len(places)))
    for u in range(rows):
        for v in range(columns):
            w = 2 * np.pi * np.array([u / rows - (u / rows >= 0.5), v / columns - (v / columns >= 0.5)])
            variance = process.deviation**2 * (1 + process.length**2 * (w @ w)) ** -process.order
            away = np.array([[(a - c) * w[0] + (b - d) * w[1] for c, d in places] for a, b in places])
            found += variance * np.cos(away) / len(places)
    return found


def noisy(count: int = 3) -> torch.Tensor:
    return 0.4 + normal_like(torch.zeros(count, *SHAPE, dtype=torch.float64), generator(0, 0))


def density(prior: GaussianProcess | GaussianMixture, x: torch.Tensor, sigma: float) -> np.ndarray:
    """log p of signals with noise, by SciPy's normal density."""
    matrix, flat = covariance(PROCESS) + sigma**2 * np.eye(12), x.flatten(1).numpy()
    centres = prior.centres(x).flatten(1).numpy() if isinstance(prior, GaussianMixture) else np.full((1, 12), 0.4)
    each = [scipy.stats.multivariate_normal(centre, matrix).logpdf(flat) for centre in centres]
    return np.logaddexp.reduce(each, 0) - np.log(len(each))


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: type(p).__name__)
def test_the_density_is_scipys_and_its_shape_the_value(prior):
    x = noisy()
    for sigma in (0.0, 0.3):
        np.testing.assert_allclose(prior.log_density(x, sigma).numpy(), density(prior, x, sigma), rtol=1e-11)
    along = prior(x) + prior.log_density(x)  # a constant
    torch.testing.assert_close(along, along[:1].expand_as(along), rtol=1e-12, atol=0)


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: type(p).__name__)
def test_the_denoiser_is_tweedies(prior):
    x, h = noisy(1), 1e-5
    for sigma in (0.05, 0.4, 3.0):
        score = torch.zeros_like(x).flatten()
        for i, unit in enumerate(torch.eye(12, dtype=x.dtype).reshape(12, *SHAPE)):
            score[i] = (density(prior, x + h * unit, sigma) - density(prior, x - h * unit, sigma)).item() / (2 * h)
        torch.testing.assert_close(prior.denoise(x, sigma), x + sigma**2 * score.reshape(x.shape), rtol=1e-6, atol=1e-7)


def test_a_complex_signal_has_two_independent_parts():
    parts = noisy(2)
    x, alone = torch.complex(parts[:1], parts[1:]), GaussianProcess(0.0, 0.7, 1.3, 1.5)
    real = PROCESS.log_density(parts[:1]) + alone.log_density(parts[1:])
    torch.testing.assert_close(PROCESS.log_density(x), real)
    denoised = torch.complex(PROCESS.denoise(parts[:1], 0.3), alone.denoise(parts[1:], 0.3))
    torch.testing.assert_close(PROCESS.denoise(x, 0.3), denoised)


def test_the_centres_are_as_far_from_the_mean_as_they_say():
    x = noisy(1)
    away = (MIXTURE.centres(x) - 0.4).flatten(1).numpy()
    squares = np.einsum("ki,ij,kj->k", away, np.linalg.inv(covariance(PROCESS)), away)
    np.testing.assert_allclose(squares, 1.7**2, rtol=1e-10)


def test_shares_are_bayes_rule():
    x = noisy()
    flat, matrix = x.flatten(1).numpy(), covariance(PROCESS) + 0.2**2 * np.eye(12)
    centres = MIXTURE.centres(x).flatten(1).numpy()
    each = np.stack([scipy.stats.multivariate_normal(c, matrix).pdf(flat) for c in centres], 1)
    np.testing.assert_allclose(MIXTURE.shares(x, 0.2).numpy(), each / each.sum(1, keepdims=True), rtol=1e-10)


def test_the_curvature_between_two_centres_is_as_steep_as_the_bound_allows():
    """Between two centres opposite each other the Hessian is C^-1 (1 - separation^2) along them."""
    shape, wide = (1, 1, 2), GaussianProcess(0.0, 1.0, 0.0)
    for seed in range(40):
        prior = GaussianMixture(wide, 2, 3.0, seed)
        one, other = prior.centres(torch.zeros(1, *shape, dtype=torch.float64))
        if float((one + other).norm()) < 0.5:
            break
    middle, along = ((one + other) / 2)[None], ((one - other) / (one - other).norm())[None]
    bend = float((along * prior.hvp(middle, along)).sum())
    assert -prior.lipschitz() <= bend < -0.9 * prior.lipschitz()
    assert bend >= prior.strong_convexity()
