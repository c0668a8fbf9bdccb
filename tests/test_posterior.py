"""The exact posterior against dense linear algebra in the space of the data, quadrature and its own samples."""

import dataclasses

import numpy as np
import pytest
import scipy.stats
import torch

from tests.laws.small import matrix
from workbench import operators, priors
from workbench.noise import Gaussian, Laplace
from workbench.operators import Field, LinearOperator
from workbench.posterior import DenseCovariance, ModeCovariance, exact
from workbench.posterior.covariance import flat
from workbench.priors import GaussianMixture, GaussianProcess, Prior
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import generator, normal_like

SHAPE = (1, 4, 4)
PROCESS = GaussianProcess(0.4, 0.8, 1.0, 1.0)
MIXTURE = GaussianMixture(PROCESS, 3, 1.5)
OPERATORS = (
    operators.GaussianBlur(SHAPE, 0.8),
    operators.Mask(SHAPE),
    operators.Downsample(SHAPE, 2),
    operators.FourierMask(SHAPE),
)


def problem(operator: LinearOperator, prior: Prior, batch: int = 2, sigma: float = 0.3) -> Problem:
    kind = torch.complex128 if operator.field == Field.COMPLEX else torch.float64
    truth = 0.5 + 0.3 * normal_like(torch.zeros(batch, *operator.in_shape, dtype=kind), generator(1, 0))
    return Problem.simulate(operator, Gaussian(sigma), prior, truth)


def parts(found: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A as a real matrix, the prior covariance of PROCESS, and the data, over real and imaginary parts."""
    operator = found.operator
    assert isinstance(operator, LinearOperator)
    size = 16
    eye = torch.eye(size, dtype=torch.float64)
    half = PROCESS.coloured(eye.reshape(size, *SHAPE)).flatten(1).numpy()
    covariance, y = half @ half.T, flat(found.y).numpy()
    if not found.dtype.is_complex:
        return matrix(operator).numpy(), covariance, y
    A = matrix(operator, torch.complex128).numpy()
    both = np.zeros((2 * len(A), 2 * size))
    both[0::2, 0::2], both[0::2, 1::2], both[1::2, 0::2], both[1::2, 1::2] = A.real, -A.imag, A.imag, A.real
    return both, np.kron(covariance, np.eye(2)), y


@pytest.mark.parametrize("prior", [PROCESS, MIXTURE], ids=lambda p: type(p).__name__)
@pytest.mark.parametrize("operator", OPERATORS, ids=lambda o: type(o).__name__)
def test_weights_means_and_covariances_are_kalmans(operator, prior):
    """m + C A^T (A C A^T + sigma^2)^-1 (y - A m), and weights by the density of the data: nothing is inverted here."""
    found = problem(operator, prior)
    posterior = exact(found)
    assert posterior is not None
    A, C, y = parts(found)
    like = found.zeros()
    centres = prior.centres(like).to(like) if isinstance(prior, GaussianMixture) else prior.centre(like[:1])
    m = flat(centres).numpy()
    noisy = A @ C @ A.T + found.noise.sigma**2 * np.eye(len(A))
    gain = C @ A.T @ np.linalg.inv(noisy)
    within = C - gain @ A @ C
    for b in range(2):
        densities = np.array([scipy.stats.multivariate_normal(A @ one, noisy).logpdf(y[b]) for one in m])
        weights = np.exp(densities - np.logaddexp.reduce(densities))
        means = np.stack([one + gain @ (y[b] - A @ one) for one in m])
        mean = weights @ means
        covariance = within + (means - mean).T @ (weights[:, None] * (means - mean))
        np.testing.assert_allclose(posterior.weights[b].numpy(), weights, atol=1e-10)
        np.testing.assert_allclose(flat(posterior.mean[b : b + 1])[0].numpy(), mean, atol=1e-10)
        np.testing.assert_allclose(posterior.covariance[b].numpy(), covariance, atol=1e-10)
        pixels = np.diag(covariance).reshape(16, -1).sum(1)
        np.testing.assert_allclose(posterior.variance[b].flatten().numpy(), pixels, atol=1e-10)


@pytest.mark.parametrize(
    ("operator", "prior"),
    [
        (OPERATORS[0], PROCESS),
        (OPERATORS[3], PROCESS),
        (OPERATORS[1], priors.Tikhonov(2.0)),
        (operators.Gradient(SHAPE), priors.Tikhonov(2.0)),
    ],
    ids=lambda p: type(p).__name__,
)
def test_modes_and_matrix_agree(operator, prior, monkeypatch):
    found = problem(operator, prior)
    by_modes = exact(found)
    monkeypatch.setattr("workbench.posterior._modes", lambda _: None)
    by_matrix = exact(found)
    assert by_modes is not None and isinstance(by_modes.within, ModeCovariance)
    assert by_matrix is not None and isinstance(by_matrix.within, DenseCovariance)
    torch.testing.assert_close(by_modes.mean, by_matrix.mean)
    torch.testing.assert_close(by_modes.variance, by_matrix.variance)
    torch.testing.assert_close(by_modes.covariance, by_matrix.covariance)


@pytest.mark.parametrize("operator", [OPERATORS[0], OPERATORS[1], OPERATORS[3]], ids=lambda o: type(o).__name__)
def test_samples_have_the_mean_and_the_covariance(operator):
    found = exact(problem(operator, MIXTURE))
    assert found is not None
    count = 40_000
    rows = flat(found.sample(count, generator(0, 0), item=1)).numpy()
    scale = np.sqrt(np.diag(found.covariance[1].numpy()))
    assert np.abs((rows.mean(0) - flat(found.mean[1:])[0].numpy()) / scale).max() < 5 / count**0.5
    apart = np.cov(rows.T) - found.covariance[1].numpy()
    assert np.abs(apart / np.outer(scale, scale)).max() < 5 * (2 / count) ** 0.5


def test_single_precision_data_have_a_posterior_in_double():
    found = problem(OPERATORS[0], PROCESS)
    single = exact(dataclasses.replace(found, y=found.y.float(), truth=None))
    known = exact(found)
    assert single is not None and known is not None and single.mean.dtype == torch.float64
    torch.testing.assert_close(single.mean, known.mean, rtol=1e-5, atol=1e-5)


def test_what_has_no_closed_form_has_none():
    assert exact(problem(OPERATORS[0], priors.TotalVariation())) is None
    assert exact(problem(OPERATORS[1], priors.Zero())) is None  # a masked pixel is free
    assert exact(problem(operators.Gradient(SHAPE), priors.Zero())) is None  # and so is the mean
    robust = Problem.simulate(OPERATORS[0], Laplace(), PROCESS, torch.rand(1, *SHAPE, dtype=torch.float64))
    assert exact(robust) is None


def test_a_large_matrix_is_refused_and_modes_are_not():
    shape = (1, 80, 80)
    with pytest.raises(Refusal, match="at most 4096 unknowns"):
        exact(problem(operators.Mask(shape), PROCESS, 1))
    found = exact(problem(operators.GaussianBlur(shape), PROCESS, 1))
    assert found is not None and found.variance.shape == (1, *shape)
    with pytest.raises(Refusal, match="at most 4096 unknowns"):
        _ = found.covariance
