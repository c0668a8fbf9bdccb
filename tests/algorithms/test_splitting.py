"""Splitting methods: published recursions, known rates, and one optimum for all."""

import dataclasses
from itertools import islice

import pytest
import torch
from torch import Tensor

from tests import certified
from workbench import data, noise, operators, priors
from workbench.algorithms import (
    ADMM,
    PDHG,
    AcceleratedPDHG,
    AdaptivePDHG,
    Algorithm,
    CondatVu,
    DouglasRachford,
    HalfQuadraticSplitting,
    LinearisedADMM,
    ProximalGradient,
    State,
)
from workbench.analysis.certificates import Kind, certify
from workbench.problem import Problem
from workbench.run import iterate
from workbench.tensors import norm2

SHAPE = (1, 12, 10)


def name(value: object) -> str:
    return type(value).__name__


def problem(prior: priors.Prior) -> Problem:
    x = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return Problem.simulate(operators.GaussianBlur(SHAPE, 0.8), noise.Gaussian(0.1), prior, x)


def last(p: Problem, algorithm: Algorithm, steps: int) -> State:
    *_, state = islice(iterate(p, algorithm), steps + 1)
    return state


@pytest.mark.parametrize(
    ("case", "algorithm", "steps"),
    [
        ("deblurring", CondatVu(), 2500),
        ("deblurring", AcceleratedPDHG(), 1500),
        ("deblurring", ADMM(), 800),
        ("inpainting", ADMM(), 800),
        ("tomography", ADMM(), 1500),
        ("deblurring", LinearisedADMM(), 1500),
        ("tomography", AdaptivePDHG(), 1500),
        ("inpainting", AdaptivePDHG(), 1500),
        ("sparse", DouglasRachford(), 300),
        ("missing wavelets", DouglasRachford(), 300),
    ],
    ids=lambda v: name(v) if isinstance(v, Algorithm) else str(v),
)
def test_the_optimum_is_the_one_of_cvxpy(case: str, algorithm: Algorithm, steps: int) -> None:
    p = certified.problem(case)
    state = last(p, algorithm, steps)
    assert abs(float(p.objective(state.x)) / certified.optimum(case) - 1) < 1e-6
    proof = certify(p, algorithm, state)
    assert proof.kind is Kind.GAP and float(proof.relative) < 1e-4


def flat(side: int = 48) -> tuple[Problem, Tensor]:
    """Denoising of a photograph and its minimiser, by the prox of total variation to 1e-12."""
    truth = data.truth("camera", side).double()
    p = Problem.simulate(operators.Identity((1, side, side)), noise.Gaussian(0.1), priors.TotalVariation(10.0), truth)
    fine = priors.TotalVariation(10.0, tolerance=1e-12, iterations=100_000)
    return p, fine.prox(p.y, 0.1**2)


def test_acceleration_is_quadratic_in_k_on_total_variation() -> None:
    """|x - x*|^2 k^2 stays bounded, as published, and PDHG of constant steps is left behind."""
    p, known = flat()
    far = [float(norm2(s.x - known)) for s in islice(iterate(p, AcceleratedPDHG()), 801)]
    assert far[200] * 200**2 < 1.2 * far[50] * 50**2 and far[800] * 800**2 < 1.2 * far[200] * 200**2
    fast, slow = (float(p.objective(last(p, a, 200).x) / p.objective(known)) - 1 for a in (AcceleratedPDHG(), PDHG()))
    assert fast < slow / 5


def test_acceleration_is_the_published_recursion() -> None:
    """Chambolle & Pock 2011, algorithm 2, for the model of Rudin, Osher and Fatemi."""
    p, _ = flat(16)
    K, c, tau = operators.Gradient((1, 16, 16)), 100.0, 0.02
    sigma = 0.99 / (tau * K.closed_norm() ** 2)
    x = ahead = p.start()
    u = torch.zeros_like(K(x))
    for state in islice(iterate(p, AcceleratedPDHG(0.02)), 20):
        torch.testing.assert_close(state.x, x, rtol=0, atol=1e-12)
        u = u + sigma * K(ahead)
        u = u / (u.norm(dim=2, keepdim=True) / 10).clamp_min(1)
        new = (x - tau * K.adjoint(u) + tau * c * p.y) / (1 + tau * c)
        theta = (1 + 2 * c * tau) ** -0.5
        tau, sigma, ahead, x = theta * tau, sigma / theta, new + theta * (new - x), new


def test_where_both_terms_help_the_rate_is_linear() -> None:
    p = problem(priors.Tikhonov(5.0))
    known = p.operator.gram_inverse(p.operator.adjoint(p.y), 5.0 * 0.01)
    far = [float(norm2(s.x - known).max()) for s in islice(iterate(p, AcceleratedPDHG()), 121)]
    rate = AcceleratedPDHG().measure(p).rate
    # Theorem 3: |x - x*|^2 falls by 1 / (1 + rate) a step.
    assert far[120] < 2 * far[40] * (1 + rate) ** -80
    assert far[120] < 1e-12


def test_without_a_map_condat_and_vu_is_proximal_gradient() -> None:
    p = problem(priors.L1(2.0))
    for one, other in islice(zip(iterate(p, CondatVu()), iterate(p, ProximalGradient()), strict=False), 10):
        assert torch.equal(one.x, other.x)


def test_condat_and_vu_is_the_published_recursion() -> None:
    p, tau = problem(priors.TotalVariation(4.0, isotropic=False)), 5e-3
    K, L = operators.Gradient(SHAPE), p.lipschitz()
    sigma = 0.99 * (1 / tau - L / 2) / K.closed_norm() ** 2
    x = p.start()
    u = torch.zeros_like(K(x))
    for state in islice(iterate(p, CondatVu(tau)), 20):
        torch.testing.assert_close(state.x, x, rtol=0, atol=1e-12)
        new = x - tau * (100 * p.operator.adjoint(p.operator(x) - p.y) + K.adjoint(u))
        u = (u + sigma * K(2 * new - x)).clamp(-4.0, 4.0)
        x = new


def test_steps_adapt_to_what_is_a_thousand_times_off() -> None:
    p, _ = flat()
    best = float(p.objective(last(p, AdaptivePDHG(), 600).x))
    for factor in (1e-2, 1e2):
        step = factor * PDHG().measure(p).step
        adaptive, plain = (float(p.objective(last(p, a(step), 200).x)) / best - 1 for a in (AdaptivePDHG, PDHG))
        assert adaptive < plain / 5


def test_restarts_to_the_average_help_where_the_iterates_turn() -> None:
    """A linear programme: least absolute deviations under a box. There PDHG spirals, and its average does not."""
    A = torch.randn(24, 16, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    shapes = ((1, 16), (1, 24))
    operator = operators.Map(shapes, lambda x: x @ A.T, lambda y: y @ A)
    y = torch.randn(1, 1, 24, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    p = Problem(operator, noise.Laplace(1.0), priors.Box(-0.5, 0.5), y)
    best = float(p.objective(last(p, AdaptivePDHG(), 4000).x))
    with_, without = (float(p.objective(last(p, AdaptivePDHG(restart=r), 1000).x)) / best - 1 for r in (True, False))
    assert with_ < 1e-4 < without / 10


def test_items_of_a_batch_have_steps_of_their_own() -> None:
    p = problem(priors.TotalVariation(4.0))
    p = dataclasses.replace(p, y=p.y * torch.tensor([1.0, 30.0], dtype=torch.float64)[:, None, None, None])
    state = last(p, AdaptivePDHG(), 60)
    assert float(state.scale[0]) != float(state.scale[1])


def test_douglas_and_rachford_is_the_published_recursion() -> None:
    p, step = problem(priors.L1(2.0)), 0.02
    A = p.operator
    z = p.start()
    for state in islice(iterate(p, DouglasRachford(step, relax=1.3)), 1, 20):
        half = A.gram_inverse(A.adjoint(p.y) + z / (100 * step), 1 / (100 * step))
        x = p.prior.prox(2 * half - z, step)
        z = z + 1.3 * (x - half)
        torch.testing.assert_close(state.x, x, rtol=0, atol=1e-12)


def test_half_quadratic_splitting_ends_at_the_envelope_of_its_last_penalty() -> None:
    """L1 under rho is Huber's function: its minimiser by proximal gradient on |x - y|^2 is entry by entry."""
    y = torch.linspace(-1, 1, 120, dtype=torch.float64).reshape(1, *SHAPE)
    p = Problem(operators.Identity(SHAPE), noise.Gaussian(0.1), priors.L1(3.0), y)
    state = last(p, HalfQuadraticSplitting(50.0, growth=1.0), 400)
    # v minimises 50 |v - y|^2 + Huber, z is its prox: 100 (v - y) + clamp(50 v, -3, 3) = 0.
    v = torch.where(y.abs() < 3 * 150 / 5000, y * 100 / 150, y - 0.03 * y.sign())
    torch.testing.assert_close(state.v, v, rtol=0, atol=1e-10)
    torch.testing.assert_close(state.z, p.prior.prox(v, 1 / 50), rtol=0, atol=1e-10)


def test_a_growing_penalty_ends_nearer_the_optimum() -> None:
    p, known = flat()
    best = float(p.objective(known))
    fixed, grown = (float(p.objective(last(p, HalfQuadraticSplitting(growth=g), 300).x)) for g in (1.0, 1.05))
    assert 0 < grown / best - 1 < 1e-3 < fixed / best - 1


@pytest.mark.parametrize("algorithm", [DouglasRachford(), AcceleratedPDHG()], ids=name)
def test_what_has_no_closed_prox_is_a_sentence(algorithm: Algorithm) -> None:
    x = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    p = Problem.simulate(operators.MotionBlur((1, 8, 8), 3.0), noise.Poisson(), priors.TotalVariation(), x)
    assert "white Gaussian noise behind MotionBlur, which Poisson is not" in algorithm.unmet(p)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_admm_keeps_the_mean_where_the_noise_dwarfs_the_signal_and_nothing_weighs(dtype):
    """In single precision the rounding of rho K*z hid the data: of sigma = 1e6 and weight 0 the answer was near 0."""
    y = torch.rand(1, 1, 12, 10, generator=torch.Generator().manual_seed(0)).to(dtype)
    problem = Problem(operators.Identity((1, 12, 10)), noise.Gaussian(1e6), priors.TotalVariation(0.0), y)
    *_, last = islice(iterate(problem, ADMM()), 301)
    assert torch.allclose(last.x, y, rtol=0, atol=1e-3)
