"""What posterior methods make of a denoised signal, against dense linear algebra, and where they are exact."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.laws.small import INNER, matrix
from tests.laws.test_algorithms import Bent
from tests.posteriors import case, errors
from workbench import operators
from workbench.algorithms import DDNM, DDRM, DDS, DPS, MCG, DiffPIR, PiGDM, REDDiff, UnconditionalDiffusion
from workbench.algorithms.base import Constants
from workbench.algorithms.diffusion import CosineVP, Guided, ProbabilityFlow
from workbench.algorithms.diffusion.guidance import spread_by
from workbench.algorithms.diffusion.spectral import spectral, unknown
from workbench.noise import Gaussian, Poisson
from workbench.operators import LinearOperator
from workbench.posterior import exact
from workbench.priors import GaussianMixture, GaussianProcess, Prior, Tikhonov
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import generator, normal_like

SHAPE, SIGMA, SPREAD, RATIO = (2, 6, 8), 0.2, 0.6, 0.5
# A*A diagonal in a basis; A A* a multiple of the identity; neither.
OPERATORS: tuple[LinearOperator, ...] = (
    operators.GaussianBlur(SHAPE, 0.6),
    operators.Mask(SHAPE),
    operators.Downsample(SHAPE, 2),
    INNER,
)
WHITE = Tikhonov(SPREAD**-2)
every_operator = pytest.mark.parametrize("operator", OPERATORS, ids=lambda o: type(o).__name__)


def problem(operator: LinearOperator, prior: Prior = WHITE, batch: int = 2) -> Problem:
    truth = 0.5 + 0.4 * normal_like(torch.zeros(batch, *SHAPE, dtype=torch.float64), generator(1, 0))
    return Problem.simulate(operator, Gaussian(SIGMA), prior, truth)


def noisy(batch: int = 2) -> Tensor:
    return 0.5 + normal_like(torch.zeros(batch, *SHAPE, dtype=torch.float64), generator(2, 0))


def estimate(method: Guided, found: Problem, z: Tensor, ratio: float = RATIO) -> Tensor:
    return method.estimate(found, z, ratio, method.measure(found))


def rows(x: Tensor) -> np.ndarray:
    return x.flatten(1).numpy()


def close(found: Tensor, wanted: np.ndarray, digits: float = 1e-9) -> None:
    np.testing.assert_allclose(rows(found), wanted, rtol=0, atol=digits)


@every_operator
def test_for_white_signals_pigdm_and_dds_know_the_posterior_mean(operator):
    """E[x | z, y] by the posterior of y and z together, a Gaussian."""
    found, z, A = problem(operator), noisy(), matrix(operator).numpy()
    hessian = A.T @ A / SIGMA**2 + np.eye(A.shape[1]) * (SPREAD**-2 + RATIO**-2)
    wanted = np.linalg.solve(hessian, (rows(found.y) @ A / SIGMA**2 + rows(z) / RATIO**2).T).T
    close(estimate(PiGDM(spread=SPREAD), found, z), wanted, 1e-5)
    close(estimate(DDS(krylov=200, spread=SPREAD), found, z), wanted, 1e-5)
    if isinstance(operator, operators.Downsample):  # one singular value but 0
        exact_lipschitz = Constants(float(np.linalg.norm(A, 2) ** 2 / SIGMA**2))
        close(DPS(spread=SPREAD).estimate(found, z, RATIO, exact_lipschitz), wanted)


@every_operator
def test_diffpir_is_the_proximal_step(operator):
    found, z, A = problem(operator), noisy(), matrix(operator).numpy()
    near = rows(WHITE.denoise(z, RATIO))
    hessian = A.T @ A / SIGMA**2 + 3.0 * np.eye(A.shape[1]) / RATIO**2
    wanted = np.linalg.solve(hessian, (rows(found.y) @ A / SIGMA**2 + 3.0 * near / RATIO**2).T).T
    close(estimate(DiffPIR(weight=3.0), found, z), wanted, 1e-5)


def test_guidance_is_the_gradient_of_the_misfit_of_the_denoised_signal():
    prior = GaussianMixture(GaussianProcess(0.5, 0.8, 1.0, 1.0), 3, 2.0)
    # The spread is that of the prior, so that no step is cut.
    found, z, method = problem(INNER, prior), noisy(), DPS(strength=0.7, spread=2.0)
    u = z.clone().requires_grad_()
    slope = torch.autograd.grad(found.misfit(prior.denoise(u, RATIO)).sum(), u)[0]
    v = RATIO**2 * method.spread**2 / (RATIO**2 + method.spread**2)
    wanted = prior.denoise(z, RATIO) - 0.7 * RATIO**2 / (1 + v * found.lipschitz()) * slope
    close(estimate(method, found, z), rows(wanted))
    A, c = matrix(INNER).numpy(), (SIGMA / MCG().spread) ** 2
    start = rows(estimate(DPS(), found, z))
    projected = start + np.linalg.solve(A.T @ A + c * np.eye(A.shape[1]), A.T @ (rows(found.y) - start @ A.T).T).T
    close(estimate(MCG(), found, z), projected, 1e-5)


def test_guidance_is_no_longer_than_the_spread_allows():
    """Of a denoiser whose Jacobian is far too large for a posterior mean."""
    u, v = torch.randn(3, 1, 4, 4), 0.04
    for gain in (0.1, 50.0):
        moved = spread_by(lambda w, gain=gain: gain * w, u, 0.5, v)
        torch.testing.assert_close(moved, min(0.25 * gain, 2 * v) * u)


@every_operator
def test_functions_of_the_gram_are_those_of_its_matrix(operator):
    A, x = matrix(operator).numpy(), noisy()
    values, vectors = np.linalg.eigh(A.T @ A)
    seen = values > 1e-10 * values.max()
    gain = np.where(seen, np.sqrt(np.where(seen, values, 1)) + 2, 0.7)
    close(spectral(operator, x)(lambda t: t.sqrt() + 2, x, free=0.7), rows(x) @ (vectors * gain) @ vectors.T)


@every_operator
def test_ddnm_takes_each_singular_vector_as_far_as_its_noise_allows(operator):
    found, z, A = problem(operator), noisy(), matrix(operator).numpy()
    U, values, Vt = np.linalg.svd(A, full_matrices=False)
    D = rows(WHITE.denoise(z, RATIO))
    seen = values > 1e-5 * values.max()
    kept = np.minimum(1, RATIO * values / SIGMA) / np.where(seen, values, np.inf)
    close(estimate(DDNM(), found, z), D + ((rows(found.y) - D @ A.T) @ U * kept) @ Vt)
    clear = replace(found, noise=Gaussian(1e-6))
    explained = operator(estimate(DDNM(), clear, z))
    np.testing.assert_allclose(rows(explained) @ U[:, seen], rows(found.y) @ U[:, seen], atol=1e-8)


@every_operator
def test_ddrm_is_its_paper_singular_vector_by_singular_vector(operator):
    method = DDRM(eta=0.6, eta_data=0.9)
    found, A = problem(operator), matrix(operator).numpy()
    state = method.init(found, found.start(), generator(0, 0))
    state = replace(state, noisy=noisy(), ratio=RATIO)
    new, sigma = 0.37, SIGMA
    levels = (method.schedule.level(RATIO), method.schedule.level(new))
    move = method.advance(found, state, levels, generator(0, 1))
    white = rows(normal_like(state.noisy, generator(0, 1)))
    D = rows(WHITE.denoise(state.noisy, RATIO))
    values, V = np.linalg.eigh(A.T @ A)
    wanted = D.copy()
    for value, v in zip(values, V.T, strict=True):
        d, n = D @ v, white @ v
        if value <= 1e-10 * values.max():
            mean, variance = d + 0.8 * new * (rows(state.noisy) @ v - d) / RATIO, (0.6 * new) ** 2
        else:
            data, noise = rows(found.y) @ A @ v / value, sigma / value**0.5
            if noise > new:
                mean, variance = d + 0.8 * new * (data - d) / noise, (0.6 * new) ** 2
            else:
                mean, variance = d + 0.9 * (data - d), new**2 - (0.9 * noise) ** 2
        wanted += np.outer(mean - d + variance**0.5 * n, v)
    close(move.noisy, wanted)


def test_singular_values_are_asked_for_where_nothing_is_known_of_them():
    large = operators.MotionBlur((1, 48, 48)) @ operators.Mask((1, 48, 48))
    truth = torch.rand(1, 1, 48, 48, generator=generator(0, 0))
    found = Problem.simulate(large, Gaussian(), GaussianProcess(), truth)
    assert "singular values" in DDRM().unmet(found) and "singular values" in DDNM().unmet(found)
    with pytest.raises(Refusal, match="singular values"):
        spectral(large, truth)
    assert not DDS().unmet(found)
    tight = Problem.simulate(operators.Downsample((1, 48, 48)), Gaussian(), GaussianProcess(), truth)
    assert not unknown(tight) and not DDRM().unmet(tight)


@pytest.mark.parametrize("kind", [operators.Mask, operators.Downsample, operators.FourierMask])
def test_an_exact_estimate_makes_exact_samples(kind):
    found = case(kind((1, 4, 4)), WHITE, 6000)
    # A start at noise `most` is off by mean / most: 30 would leave 3 % of the posterior's deviation.
    *_, state = iterate(found.problem, PiGDM(CosineVP(most=100.0), 60, ProbabilityFlow(), spread=SPREAD))
    off = errors(state.x, found.posterior)
    assert off.mean < 0.02 and off.variance < 0.05 and abs(off.cover_90 - 0.9) < 0.02


def test_a_nonlinear_operator_has_a_posterior_by_gradients():
    prior = GaussianProcess(0.5, 0.5, 1.0, 1.0)
    truth = prior.sample(torch.zeros(8, 1, 6, 6, dtype=torch.float64), generator(3, 0))
    found = Problem.simulate(Bent((1, 6, 6)), Gaussian(0.1), prior, truth)
    ends = (list(iterate(found, method))[-1].x for method in (UnconditionalDiffusion(), DPS()))
    free, guided = (float(found.misfit(x).median()) for x in ends)
    assert guided < 5 * found.noise.expected(found.y) and free > 5 * guided
    assert PiGDM().unmet(found).startswith("PiGDM needs a linear operator")


def test_red_diff_without_a_denoiser_explains_the_data_and_with_one_hardly_varies():
    found = problem(operators.Identity(SHAPE))
    *_, state = iterate(found, REDDiff(weight=0.0, levels=300))
    torch.testing.assert_close(state.x, found.y, rtol=0, atol=0.01)
    many = case(OPERATORS[1], GaussianProcess(0.5, 1.0, 0.5, 1.0), 400)
    *_, state = iterate(many.problem, REDDiff())
    assert float((state.x.var(0) / many.posterior.variance[0]).max()) < 0.3


def test_poisson_noise_is_for_gradients_only_where_they_have_a_lipschitz_constant():
    truth = torch.rand(1, *SHAPE, generator=generator(0, 0)) + 1
    found = Problem.simulate(OPERATORS[0], Poisson(), WHITE, truth)
    assert "Lipschitz" in DPS().unmet(found) or not DPS().unmet(found)
    for method in (PiGDM(), DDS(), DiffPIR(), DDNM(), DDRM(), MCG()):
        assert "Gaussian" in method.unmet(found) or "quadratic" in method.unmet(found)


def test_exact_posteriors_are_there_for_what_the_methods_are_held_against():
    assert all(exact(problem(operator)) is not None for operator in OPERATORS)
