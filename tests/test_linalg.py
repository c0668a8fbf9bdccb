"""Conjugate gradients and norms against dense linear algebra."""

import pytest
import torch

from tests.laws.small import matrix, random
from workbench import operators
from workbench.linalg import cg, largest_eigenvalue, operator_norm, power_norm, solve_data, solve_gram
from workbench.operators import Map
from workbench.tensors import generator

LIKE = torch.zeros((), dtype=torch.float64)


def dense(A: torch.Tensor) -> Map:
    """A matrix, or a batch of them, as an operator on (B, 1, n)."""
    m, n = A.shape[-2:]
    return Map(((1, n), (1, m)), lambda x: (A @ x[..., None])[..., 0], lambda y: (A.mH @ y[..., None])[..., 0])


def spd(condition: float, n: int = 24, dtype: torch.dtype = torch.float64, seed: int = 0) -> torch.Tensor:
    Q = torch.linalg.qr(random((n, n), dtype, seed)).Q
    return Q * torch.logspace(0, -torch.tensor(condition).log10().item(), n, dtype=torch.float64) @ Q.mH


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_cg_solves(dtype):
    H, b = spd(100, dtype=dtype), random((3, 1, 24), dtype)
    found = cg(dense(H), b, tolerance=1e-12, steps=200)
    assert torch.allclose(found, torch.linalg.solve(H, b[..., None])[..., 0], atol=1e-9)


def test_cg_gives_every_item_its_own_steps():
    H = torch.stack([spd(1.001), spd(1e4, seed=1), spd(30, seed=2), spd(5, seed=3)])[:, None]
    b = random((4, 1, 24), torch.float64)
    b[3] = 0
    found = cg(dense(H), b, tolerance=1e-11, steps=400)
    wanted = torch.linalg.solve(H, b[..., None])[..., 0]
    assert torch.allclose(found, wanted, atol=1e-6)
    assert torch.equal(found[3], torch.zeros_like(b[3]))
    alone = cg(dense(H[1:2]), b[1:2], tolerance=1e-11, steps=400)
    assert torch.allclose(found[1:2], alone, atol=1e-8)


def test_cg_in_single_precision_survives_many_steps_beyond_convergence():
    H, b = spd(1e3).float(), random((2, 1, 24), torch.float32)
    found = cg(dense(H), b, tolerance=0.0, steps=300)
    wanted = torch.linalg.solve(H.double(), b.double()[..., None])[..., 0]
    assert float((found - wanted).norm() / wanted.norm()) < 1e-3


def test_cg_starts_where_it_is_told_and_leaves_it_alone():
    H, b = spd(10), random((1, 1, 24), torch.float64)
    solution = cg(dense(H), b, tolerance=1e-14, steps=200)
    before = solution.clone()
    assert torch.allclose(cg(dense(H), b, solution, steps=0), solution)
    assert torch.allclose(cg(dense(H), b, solution, tolerance=1e-10, steps=5), solution, atol=1e-10)
    assert torch.equal(solution, before)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("shape", [(30, 20), (20, 30)])
def test_powers_find_the_largest_singular_value(dtype, shape):
    for seed in range(5):
        A = random(shape, dtype, seed)
        largest = float(torch.linalg.matrix_norm(A, 2))
        found = power_norm(dense(A), LIKE.to(dtype))
        assert largest * (1 - 5e-3) <= found <= largest * (1 + 1e-10)
        assert largest <= operator_norm(dense(A), LIKE.to(dtype)) <= 1.021 * largest


def test_powers_of_nothing_have_a_norm_of_zero():
    assert power_norm(dense(torch.zeros(4, 4, dtype=torch.float64))) == 0


def test_powers_of_degenerate_tops():
    values = torch.tensor([2.0, 2.0, 1.999, 1.0, 0.0], dtype=torch.float64)
    assert power_norm(dense(values.diag())) == pytest.approx(2, rel=1e-3)


def test_norms_are_made_once():
    calls = []
    A = Map(((1, 4), (1, 4)), lambda x: calls.append(1) or 3 * x, lambda y: 3 * y)
    first = operator_norm(A, LIKE)
    count = len(calls)
    assert operator_norm(A, LIKE) == first == pytest.approx(3.06)
    assert len(calls) == count > 0
    assert operator_norm(operators.GaussianBlur((1, 8, 8)), LIKE) == 1


@pytest.mark.parametrize(
    "operator", [operators.MotionBlur((1, 8, 8)), operators.Radon((1, 8, 8), 9), operators.Gradient((1, 8, 8))]
)
def test_solve_gram_agrees_with_dense(operator):
    A, b, c = matrix(operator), random((2, 1, 8, 8), torch.float64), 0.1
    wanted = torch.linalg.solve(A.T @ A + c * torch.eye(64, dtype=torch.float64), b.flatten(1).T).T
    assert torch.allclose(solve_gram(operator, b, c, tolerance=1e-12).flatten(1), wanted, atol=1e-9)


def test_random_numbers_of_the_norm_are_its_own():
    state = torch.get_rng_state()
    power_norm(operators.Radon((1, 8, 8), 4))
    assert torch.equal(torch.get_rng_state(), state)
    assert generator(0, 0).initial_seed() == generator(0, 0).initial_seed()


@pytest.mark.parametrize("A", [operators.Downsample((2, 6, 8)), operators.Radon((2, 6, 8), 5)])
def test_solve_data_in_closed_form_or_by_iteration(A):
    b, M = random((2, *A.out_shape), torch.float64), matrix(A)
    wanted = torch.linalg.solve(M @ M.mH + 0.3 * torch.eye(len(M), dtype=torch.float64), b.flatten(1).T).T
    assert torch.allclose(solve_data(A, b, 0.3, tolerance=1e-12).flatten(1), wanted, atol=1e-9)


@pytest.mark.parametrize("outlier", [1.15, 1.02, 1.001])
@pytest.mark.parametrize("flat", [True, False])
def test_a_plateau_of_singular_values_does_not_hide_the_one_above_it(outlier, flat):
    values = torch.ones(1, 128, 128, dtype=torch.float64) if flat else random((1, 128, 128), torch.float64).abs()
    values = values / values.max()
    values[0, 40, 90] = outlier
    A = Map(((1, 128, 128),) * 2, lambda x: values * x, lambda y: values * y)
    assert outlier <= operator_norm(A, LIKE) <= 1.025 * outlier


def test_bounds_of_the_largest_eigenvalue_belong_to_each_item():
    H = torch.stack([spd(1e4), 7 * spd(3.0, seed=1), 0 * spd(2.0)])[:, None]
    like = torch.zeros(3, 1, 24, dtype=torch.float64)
    low, high = largest_eigenvalue(dense(H), like, accuracy=1e-3)
    wanted = torch.tensor([1.0, 7.0, 0.0], dtype=torch.float64)
    assert bool((low <= wanted * (1 + 1e-12)).all() and (wanted <= high).all())
    assert torch.allclose(high, wanted, rtol=2e-3)
    for item in range(3):
        alone = largest_eigenvalue(dense(H[item : item + 1]), like[:1], accuracy=1e-3)
        assert torch.allclose(torch.stack(alone)[:, 0], torch.stack([low, high])[:, item], rtol=1e-9)
    few = largest_eigenvalue(dense(H), like, accuracy=1e-3, steps=2)
    assert bool((few[0] <= wanted * (1 + 1e-12)).all() and (wanted <= few[1]).all()), "cut short it is still a bound"


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64])
def test_the_bound_holds_in_single_precision(dtype):
    A = random((40, 60), dtype)
    largest = float(torch.linalg.matrix_norm(A, 2))
    assert largest <= operator_norm(dense(A), LIKE.to(dtype)) <= 1.021 * largest
