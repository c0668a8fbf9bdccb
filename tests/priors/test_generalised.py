"""Total generalised variation: its maps, CVXPY, its certificates, and both implementations."""

import warnings

import cvxpy as cp
import numpy as np
import pytest
import torch
from torch import Tensor

from tests.laws.small import random
from workbench.algorithms import FISTA
from workbench.analysis.certificates import Kind, certify
from workbench.kernels import tgv, use
from workbench.noise import Gaussian
from workbench.operators import Identity, LinearOperator, Mask
from workbench.operators.differences.second_differences import SecondDifferences
from workbench.priors import TotalGeneralisedVariation, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, until
from workbench.tensors import dot, generator, norm, normal_like

SHAPES = [(2, 9), (1, 1), (2, 2), (1, 2, 2), (2, 3, 1), (1, 1, 7), (1, 6, 5), (2, 4, 7)]
BOTH = [torch.float64, torch.complex128]
SIDE, LONGEST = 12, 40


def exact(weight: float, ratio: float = 2.0) -> TotalGeneralisedVariation:
    return TotalGeneralisedVariation(weight, ratio, tolerance=1e-11, iterations=100_000)


def bends(side: int = SIDE) -> Tensor:
    """A roof beside a step, with noise."""
    line = torch.arange(side, dtype=torch.float64) / side
    roof = (line[:, None] - 0.5).abs() + (line > 0.6)
    return roof[None, None] + 0.1 * random((1, 1, side, side), torch.float64)


def cost(u: cp.Expression, weight: float, ratio: float):
    """TGV as the paper writes it, difference by difference, with its field w: an expression that CVXPY minimises."""
    rows, columns = u.shape
    down, right = cp.Variable((rows - 1, columns)), cp.Variable((rows, columns - 1))
    first, second = [], []
    for i in range(rows):
        for j in range(columns):
            first.append([])
            if i < rows - 1:
                first[-1].append(u[i + 1, j] - u[i, j] - down[i, j])
            if j < columns - 1:
                first[-1].append(u[i, j + 1] - u[i, j] - right[i, j])
            mixed = []
            if j > 0 and i < rows - 1:
                mixed.append((down[i, j] - down[i, j - 1]) / 2)
            if i > 0 and j < columns - 1:
                mixed.append((right[i, j] - right[i - 1, j]) / 2)
            second.append([sum(mixed)] * 2 if mixed else [])
            if 0 < i < rows - 1:
                second[-1].append(down[i, j] - down[i - 1, j])
            if 0 < j < columns - 1:
                second[-1].append(right[i, j] - right[i, j - 1])
    sizes = [sum(cp.norm(cp.hstack(group)) for group in groups if group) for groups in (first, second)]
    return weight * (sizes[0] + ratio * sizes[1])


def least(objective) -> float:
    accurate = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-10)
    return float(cp.Problem(cp.Minimize(objective)).solve(solver="CLARABEL", **accurate))


@pytest.mark.parametrize(("weight", "ratio"), [(0.1, 2.0), (1.0, 0.7)])
def test_denoising_and_value_are_those_of_cvxpy(weight, ratio):
    y, prior, u = bends(), exact(weight, ratio), cp.Variable((SIDE, SIDE))
    best = least(cp.sum_squares(u - y[0, 0].numpy()) / 2 + cost(u, weight, ratio))
    x = prior.prox(y, 1.0)
    assert float((x - y).square().sum() / 2 + prior(x)) == pytest.approx(best, rel=1e-6)
    np.testing.assert_allclose(x[0, 0].numpy(), u.value, atol=1e-4)
    assert float(prior(y)) == pytest.approx(least(cost(cp.Constant(y[0, 0].numpy()), weight, ratio)), rel=1e-6)


@pytest.mark.parametrize("dtype", BOTH)
def test_what_is_affine_costs_nothing_and_the_price_never_exceeds_total_variation(dtype):
    i, j = torch.meshgrid(torch.arange(9.0).double(), torch.arange(7.0).double(), indexing="ij")
    plane = (0.3 + 0.2 * i - 0.5 * j)[None, None].to(dtype) * (1 - 0.5j if dtype.is_complex else 1)
    assert float(exact(10.0)(plane)) < 1e-12
    torch.testing.assert_close(exact(10.0).prox(plane, 1.0), plane, atol=1e-9, rtol=0)
    x = random((3, 2, 9, 7), dtype)
    assert (exact(10.0)(x) <= TotalVariation(10.0)(x) * (1 + 1e-12)).all()


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("shape", SHAPES)
def test_adjoint_and_its_inverse(shape, dtype):
    K = SecondDifferences(shape)
    x, q = random((2, *shape), dtype), random((2, *K.out_shape), dtype, seed=1)
    assert torch.allclose(dot(K(x), q), dot(x, K.adjoint(q)), rtol=1e-12, atol=1e-12)
    image = K.adjoint(q)
    assert (norm(K.adjoint(K.adjoint_inverse(image)) - image) <= 1e-12 * norm(q)).all()
    away = x - K.adjoint(K.adjoint_inverse(x))
    assert (norm(K(away)) <= 1e-12 * norm(x)).all()


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("shape", [(2, 9), (1, 6, 5), (2, 1, 6)])
def test_kernel_equals_reference_step_by_step(shape, dtype):
    x, t = random((2, *shape), dtype), torch.tensor([0.1, 1.0], dtype=torch.float64)
    answers = []
    for mode in ("auto", "reference"):
        with use(mode):
            answers.append([*tgv.tgv_solve(x, t, 2.0, 0.0, 47)])
            for damping in (0.0, 1.0):
                answers[-1] += tgv.tgv_support(tgv.second(x), t, 2.0, 0.0, 47, damping)
    for kernel, reference in zip(*answers, strict=True):
        torch.testing.assert_close(kernel, reference, rtol=1e-8, atol=1e-10)


def test_the_dual_is_feasible_and_its_gap_bounds_the_distance():
    y, t = bends(), torch.tensor([0.3], dtype=torch.float64)
    best = tgv.tgv_solve(y, t, 2.0, 1e-12, 100_000)
    for steps in (0, 20, 200):
        found = tgv.tgv_solve(y, t, 2.0, 0.0, steps)
        assert torch.linalg.vector_norm(found.dual, dim=2).max() <= 2 + 1e-12
        assert torch.linalg.vector_norm(tgv.pulled(found.dual), dim=2).max() <= 1 + 1e-12
        assert found.value - best.value <= found.gap * (1 + 1e-9)
        for x in (found.x, y - t * tgv.second_adjoint(found.dual)):
            assert (x - best.x).square().sum() / 2 <= found.gap + best.gap


@pytest.mark.parametrize("damping", [0.0, 1.0])
def test_the_support_is_a_supremum_over_duals(damping):
    v = tgv.second(bends())
    found = tgv.tgv_support(v, torch.ones(1, dtype=torch.float64), 2.0, 1e-10, 100_000, damping)
    for seed in range(5):
        r = found.dual + 0.1 * random(tuple(v.shape), torch.float64, seed=seed)
        r = r / max(1, float(tgv.pulled(r).norm(dim=2).max()), float(r.norm(dim=2).max()) / 2)
        assert dot(r, v) - damping * dot(r, r) / 2 <= found.value * (1 + 1e-9)


@pytest.mark.parametrize("operator", [Identity((1, SIDE, SIDE)), Mask((1, SIDE, SIDE), 0.7)], ids=type)
def test_its_certificate_is_a_bound_and_closes(operator: LinearOperator):
    prior = TotalGeneralisedVariation(10.0, tolerance=1e-8, iterations=2000)
    problem = Problem.simulate(operator, Gaussian(0.1), prior, bends())
    states = {s.k: s for s in until(iterate(problem, FISTA()), after(LONGEST)) if s.k in (1, 10, LONGEST)}
    best = float(problem.objective(states[LONGEST].x))
    proofs = {k: certify(problem, FISTA(), s) for k, s in states.items()}
    for k, proof in proofs.items():
        assert proof.kind == Kind.GAP
        assert float(problem.objective(states[k].x)) - best <= float(proof.value) * (1 + 1e-6) + 1e-9
    assert float(proofs[LONGEST].relative) < 1e-4


def test_bad_input_is_refused():
    x = torch.zeros(2, 1, 5)
    for t in (torch.ones(1), -torch.ones(2)):
        with pytest.raises(Refusal):
            tgv.tgv_solve(x, t)
    with pytest.raises(Refusal, match="space axes"):
        tgv.tgv_solve(torch.zeros(2, 1, 5, 5, 5), torch.ones(2))
    assert "space axes" in TotalGeneralisedVariation().unfit((1, 4, 4, 4), torch.float32)


def test_a_prox_or_value_that_ends_before_its_tolerance_says_so():
    x = normal_like(torch.zeros(1, 1, 24, 24), generator(0, 0))
    prior = TotalGeneralisedVariation(10.0, iterations=20)
    calls = (60, lambda: prior.prox(x, 1.0)), (20, lambda: prior(x)), (60, lambda: prior.conjugate_prox(x, 1.0))
    for steps, call in calls:
        with pytest.warns(UserWarning, match=f"TotalGeneralisedVariation ended after {steps} steps, before"):
            call()


def test_single_precision_arrives_where_double_does():
    x = normal_like(torch.zeros(1, 1, 8, 8), generator(0, 0))
    prior = TotalGeneralisedVariation(2.0, iterations=100_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        single, double = prior.prox(x, 1.0), prior.prox(x.double(), 1.0)
    assert float((single - double).norm()) <= 2 * (2e-5 * float(x.square().sum())) ** 0.5
