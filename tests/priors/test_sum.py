"""Priors made of priors: what stays exact, what is split, what is refused."""

import cvxpy as cp
import numpy as np
import pytest
import torch

from workbench.algorithms import ADMM, PDHG, SPIRAL
from workbench.noise import Gaussian, Poisson
from workbench.operators import Identity
from workbench.parameters import as_code
from workbench.priors import (
    L0,
    L1,
    Box,
    Can,
    Entropy,
    GraphSmoothness,
    HuberTV,
    MagnitudeOf,
    NonNegative,
    NuclearNorm,
    Sum,
    Tikhonov,
    TotalVariation,
    WaveletL1,
)
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, until
from workbench.tensors import generator, normal_like


def signal(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return normal_like(torch.empty(shape, dtype=dtype), generator(0, 0))


EXACT = [
    (Sum(L1(0.5), Tikhonov(2.0)), lambda u: 0.5 * cp.norm1(u) + cp.sum_squares(u), []),
    (Sum(NonNegative(), L1(0.5)), lambda u: 0.5 * cp.norm1(u), [0, np.inf]),
    (Sum(L1(0.5), Box(-0.3, 0.8)), lambda u: 0.5 * cp.norm1(u), [-0.3, 0.8]),
    (Sum(Sum(L1(0.5), Tikhonov(1.0)), Box(0.2, 2.0)), lambda u: 0.5 * cp.norm1(u) + cp.sum_squares(u) / 2, [0.2, 2.0]),
]


@pytest.mark.parametrize(("prior", "cost", "bounds"), EXACT, ids=[as_code(case[0]) for case in EXACT])
def test_exact_sums_have_the_prox_that_cvxpy_finds(prior, cost, bounds):
    x = signal(1, 1, 20)
    u = cp.Variable(20)
    rules = [u >= bounds[0], u <= min(bounds[1], 1e3)] if bounds else []
    tight = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-12)
    objective = cp.sum_squares(u - x.numpy().ravel()) / 2 + 0.7 * cost(u)
    cp.Problem(cp.Minimize(objective), rules).solve(solver="CLARABEL", **tight)
    assert u.value is not None
    np.testing.assert_allclose(prior.prox(x, 0.7).numpy().ravel(), u.value, atol=1e-6)


@pytest.mark.parametrize(
    ("prior", "able", "unable"),
    [
        (Sum(TotalVariation(), Box()), Can.SPLIT | Can.CONVEX | Can.PROX, Can.GRAD | Can.CONJUGATE),
        (Sum(TotalVariation(), WaveletL1()), Can.SPLIT | Can.CONVEX, Can.PROX),
        (Sum(TotalVariation(), Tikhonov()), Can.PROX | Can.CONVEX, Can.CONJUGATE),
        (Sum(L1(), Tikhonov()), Can.PROX | Can.CONJUGATE, Can.GRAD),
        (Sum(HuberTV(), Tikhonov()), Can.GRAD | Can.HVP | Can.SPLIT, Can.PROX | Can.QUADRATIC),
        (Sum(GraphSmoothness(), Tikhonov()), Can.QUADRATIC | Can.SPLIT, Can.PROX),
        (Sum(WaveletL1(), NonNegative()), Can.SPLIT | Can.PROX, Can.CONJUGATE),
        (Sum(L0(), Tikhonov()), Can.PROX, Can.CONVEX),
        (Sum(L0(), TotalVariation()), Can.VALUE, Can.SPLIT | Can.PROX | Can.CONVEX),
        (Sum(Entropy(), Box()), Can.PROX, Can.CONJUGATE),
    ],
    ids=lambda value: as_code(value) if isinstance(value, Sum) else "",
)
def test_a_sum_can_what_is_exact(prior, able, unable):
    assert able in prior.can
    assert not (unable & prior.can)


def total_variation(u: cp.Variable) -> cp.Expression:
    right = cp.hstack([cp.diff(u, axis=1), np.zeros((6, 1))])
    down = cp.vstack([cp.diff(u, axis=0), np.zeros((1, 6))])
    return cp.sum(cp.norm(cp.vstack([cp.vec(right, order="C"), cp.vec(down, order="C")]), axis=0))


TIGHT = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-11)


@pytest.mark.parametrize(("bounds", "low", "high"), [(NonNegative(), 0.0, 1e3), (Box(-0.2, 0.5), -0.2, 0.5)])
def test_total_variation_within_bounds_has_the_prox_that_cvxpy_finds(bounds, low, high):
    x, prior = signal(1, 1, 6, 6), Sum(TotalVariation(0.5, tolerance=1e-10), bounds)
    u = cp.Variable((6, 6))
    cost = cp.sum_squares(u - x[0, 0].numpy()) / 2 + 0.7 * 0.5 * total_variation(u)
    cp.Problem(cp.Minimize(cost), [u >= low, u <= high]).solve(solver="CLARABEL", **TIGHT)
    assert u.value is not None
    found = prior.prox(x, 0.7)
    np.testing.assert_allclose(found[0, 0].numpy(), u.value, atol=1e-5)
    assert bool(prior(found).isfinite().all())


def test_wavelets_within_bounds_have_the_prox_that_cvxpy_finds():
    x, prior = signal(1, 1, 8), Sum(NonNegative(), WaveletL1(0.8, "haar", 2))
    eye = torch.eye(8, dtype=torch.float64).reshape(8, 1, 8)
    details = prior.second.dual_split((1, 8))[1](eye).reshape(8, 8).T.numpy()
    u = cp.Variable(8)
    cost = cp.sum_squares(u - x.numpy().ravel()) / 2 + 0.7 * 0.8 * cp.norm1(details @ u)
    cp.Problem(cp.Minimize(cost), [u >= 0]).solve(solver="CLARABEL", **TIGHT)
    assert u.value is not None
    np.testing.assert_allclose(prior.prox(x, 0.7).numpy().ravel(), u.value, atol=2e-3)


def test_spiral_goes_to_the_least_of_counts_with_total_variation_and_no_negative_light():
    mean = 5 * signal(1, 1, 6, 6).abs()
    problem = Problem.simulate(Identity((1, 6, 6)), Poisson(4.0, 0.05), Sum(TotalVariation(1.0), NonNegative()), mean)
    states = list(until(iterate(problem, SPIRAL()), after(60)))
    values = [float(problem.objective(state.x)) for state in states]
    assert np.isfinite(values).all() and float(states[-1].x.min()) >= 0
    u, y = cp.Variable((6, 6)), problem.y[0, 0].numpy()
    rate = 4.0 * (u + 0.05)
    nll = cp.sum(rate - cp.multiply(4.0 * y, cp.log(rate)))
    best = cp.Problem(cp.Minimize(nll + total_variation(u)), [u >= 0])
    best.solve(solver="CLARABEL", **TIGHT)
    known = torch.from_numpy(u.value).clamp_min(0)[None, None]
    assert values[-1] <= float(problem.objective(known)) * (1 + 1e-5)


def test_bounds_that_exclude_each_other_are_refused():
    with pytest.raises(Refusal, match="in common"):
        Sum(Box(-2.0, -1.0), NonNegative())


@pytest.mark.parametrize("algorithm", [PDHG(), ADMM()])
def test_a_split_sum_of_three_in_colour_ends_where_cvxpy_does(algorithm):
    y = 0.4 + 0.4 * signal(1, 3, 4, 4)
    prior = Sum(Sum(TotalVariation(1.0, isotropic=False), NuclearNorm(2.0, 1)), Box(0.1, 0.9))
    problem = Problem(Identity((3, 4, 4)), Gaussian(0.5), prior, y)
    *_, last = until(iterate(problem, algorithm), after(300))
    u = [cp.Variable((4, 4)) for _ in range(3)]
    tv = sum(cp.sum(cp.abs(cp.diff(v, axis=axis))) for v in u for axis in (0, 1))
    rank = cp.normNuc(cp.vstack([cp.vec(v, order="C") for v in u]))
    misfit = sum(cp.sum_squares(v - c.numpy()) for v, c in zip(u, y[0], strict=True)) / (2 * 0.5**2)
    best = cp.Problem(cp.Minimize(misfit + tv + 2 * rank), [r for v in u for r in (v >= 0.1, v <= 0.9)])
    best.solve(solver="CLARABEL")
    known = np.stack([v.value for v in u])
    np.testing.assert_allclose(last.x[0].numpy(), known, atol=2e-4)


def test_the_modulus_is_changed_and_the_phase_kept():
    x = signal(1, 1, 5, 5, dtype=torch.complex128)
    for inner in (TotalVariation(0.3), L1(0.3), Box(0.5, 1.0)):
        prior = MagnitudeOf(inner)
        u = prior.prox(x, 0.5)
        assert torch.allclose(u.abs(), inner.prox(x.abs(), 0.5))
        assert ((u * x.conj()).imag.abs() <= 1e-12 * x.abs()).all() and ((u * x.conj()).real >= 0).all()
        assert torch.allclose(prior(x), inner(x.abs()), equal_nan=True)
    assert MagnitudeOf(Box(0.5, 1.0)).prox(0 * x, 1.0).abs().tolist() == torch.full((1, 1, 5, 5), 0.5).tolist()


def test_a_prior_whose_prox_makes_moduli_negative_is_refused():
    with pytest.raises(Refusal, match="moduli"):
        MagnitudeOf(WaveletL1())
    with pytest.raises(Refusal, match="moduli"):
        MagnitudeOf(HuberTV())
    assert "TotalVariation itself" in MagnitudeOf().unfit((1, 8, 8), torch.float64)
