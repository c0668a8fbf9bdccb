"""Deblurring of a tiny volume of unequal voxels: every kind of method ends where CVXPY does, for every kind of TV."""

import functools
from itertools import islice

import cvxpy as cp
import numpy as np
import pytest
import torch

from tests.laws.small import matrix
from workbench.algorithms import ADMM, FISTA, LBFGS, PDHG, Algorithm, NonlinearConjugateGradient
from workbench.algorithms.choice import suited
from workbench.analysis.certificates import certify
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import HuberTV, Prior, SmoothedTotalVariation, TotalVariation, WeightedTotalVariation
from workbench.problem import Problem
from workbench.run import iterate

SHAPE, SPACING, WEIGHT, SIGMA, WIDTH = (1, 5, 6, 4), (2.0, 1.0, 0.7), 5.0, 0.05, 0.05
N = 120

TOTAL = TotalVariation(WEIGHT, spacing=SPACING)
CASES = [
    (TOTAL, ADMM(), 500),
    (TOTAL, PDHG(), 1500),
    (TOTAL, FISTA(), 300),
    (TotalVariation(WEIGHT, False, spacing=SPACING), ADMM(), 500),
    (TotalVariation(WEIGHT, False, spacing=SPACING), PDHG(), 1500),
    (WeightedTotalVariation(WEIGHT, spacing=SPACING), ADMM(), 500),
    (HuberTV(WEIGHT, WIDTH, spacing=SPACING), ADMM(), 500),
    (HuberTV(WEIGHT, WIDTH, spacing=SPACING), LBFGS(), 300),
    (SmoothedTotalVariation(WEIGHT, WIDTH, spacing=SPACING), NonlinearConjugateGradient(), 200),
]


def posed(prior: Prior) -> Problem:
    x = torch.zeros(1, *SHAPE, dtype=torch.float64)
    x[..., 2:, 2:, 1:] = 1
    return Problem.simulate(GaussianBlur(SHAPE, 0.8), Gaussian(SIGMA), prior, x)


@functools.cache
def optimum(kind: type, isotropic: bool) -> float:
    """The least objective as Clarabel finds it, differences written down here."""
    u, steps = cp.Variable(N), []
    for axis, side in enumerate(SPACING):
        one = [np.eye(n, k=1) - np.eye(n) if k == axis else np.eye(n) for k, n in enumerate(SHAPE[1:])]
        one[axis][-1] = 0
        steps.append(functools.reduce(np.kron, one) @ u / side)
    d = cp.vstack(steps)
    sizes = cp.norm(d, 2, axis=0)
    if kind is HuberTV:
        variation = cp.sum(cp.huber(sizes, WIDTH)) / (2 * WIDTH)
    elif kind is SmoothedTotalVariation:
        variation = cp.sum(cp.norm(cp.vstack([d, np.full((1, N), WIDTH)]), 2, axis=0)) - N * WIDTH
    else:
        variation = cp.sum(sizes) if isotropic else cp.sum(cp.abs(d))
    A, y = matrix(GaussianBlur(SHAPE, 0.8)).numpy(), posed(TOTAL).y.numpy().ravel()
    tight = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-11)
    whole = cp.sum_squares(A @ u - y) / (2 * SIGMA**2) + WEIGHT * variation
    return float(cp.Problem(cp.Minimize(whole)).solve(solver="CLARABEL", **tight))


@pytest.mark.parametrize(("prior", "algorithm", "steps"), CASES, ids=lambda value: type(value).__name__)
def test_the_optimum_is_that_of_cvxpy(prior: Prior, algorithm: Algorithm, steps: int) -> None:
    problem = posed(prior)
    *_, state = islice(iterate(problem, algorithm), steps + 1)
    best = optimum(type(prior), getattr(prior, "isotropic", True))
    assert float(problem.objective(state.x)) == pytest.approx(best, rel=2e-5 if algorithm == FISTA() else 1e-6)
    if prior is TOTAL:
        assert float(certify(problem, algorithm, state).relative) < 1e-2


def test_blur_and_differences_of_a_volume_share_fourier_modes():
    choice = suited(posed(TOTAL))
    assert isinstance(choice.algorithm, ADMM) and "share Fourier modes" in choice.why
