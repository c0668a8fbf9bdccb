"""Sets, entropy and low rank against CVXPY, SciPy and NumPy."""

import cvxpy as cp
import numpy as np
import pytest
import scipy.special
import torch

from workbench.operators import Downsample, GaussianSensing, Mask
from workbench.parameters import as_code
from workbench.priors import AffineConstraint, Entropy, L1Ball, L2Ball, LInfBall, NuclearNorm, Simplex
from workbench.refusal import Refusal
from workbench.tensors import generator, normal_like

TIGHT = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-11)


def signal(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return normal_like(torch.empty(shape, dtype=dtype), generator(0, 0))


def nearest(x: torch.Tensor, rules) -> np.ndarray:
    u = cp.Variable(x.numel())
    cp.Problem(cp.Minimize(cp.sum_squares(u - x.numpy().ravel())), rules(u)).solve(solver="CLARABEL", **TIGHT)
    assert u.value is not None
    return u.value.reshape(x.shape)


SETS = [
    (Simplex(0.3), lambda u: [u >= 0, cp.sum(u) == 0.3 * 24]),
    (L1Ball(0.2), lambda u: [cp.norm1(u) <= 0.2 * 24]),
    (L2Ball(0.4), lambda u: [cp.norm2(u) <= 0.4 * 24**0.5]),
    (L2Ball(0.4, 3), lambda u: [cp.norm2(u[4 * k : 4 * k + 4]) <= 0.8 for k in range(6)]),
    (LInfBall(0.6), lambda u: [cp.norm_inf(u) <= 0.6]),
    (AffineConstraint(value=(0.7,)), lambda u: [cp.sum(u) == 0.7 * 24]),
]


@pytest.mark.parametrize(("prior", "rules"), SETS, ids=[as_code(prior) for prior, _ in SETS])
def test_projections_are_those_of_cvxpy(prior, rules):
    x = signal(1, 2, 3, 4)
    np.testing.assert_allclose(prior.prox(x, 0.3).numpy(), nearest(x, rules), atol=1e-7)
    assert prior(prior.prox(x, 1.0)).tolist() == [0]
    assert prior(x).tolist() == [np.inf]


def test_sets_mean_the_same_at_every_size_and_in_single_precision():
    for prior, _ in SETS:
        u = prior.prox(signal(1, 1, 128, 128).float(), 1.0)
        assert prior(u).tolist() == [0]


@pytest.mark.parametrize("operator", [Mask((1, 4, 4), 0.5), Downsample((1, 4, 4)), GaussianSensing((1, 4, 4))])
def test_equations_are_met_by_the_nearest_signal(operator):
    x, c = signal(1, 1, 4, 4), operator(0.3 + signal(1, 1, 4, 4).square())
    prior = AffineConstraint(operator, tuple(c.flatten().tolist()))
    u = prior.prox(x, 1.0)
    A = operator(torch.eye(16, dtype=torch.float64).reshape(16, 1, 4, 4)).reshape(16, -1).T.numpy()
    shift = np.linalg.pinv(A) @ (c.numpy().ravel() - A @ x.numpy().ravel())
    np.testing.assert_allclose((u - x).numpy().ravel(), shift, atol=1e-10)
    assert "rebuild" in prior.unfit((1, 8, 8), torch.float64)


def test_equations_that_nothing_meets_are_refused():
    with pytest.raises(Refusal, match="something meets"):
        AffineConstraint(Mask((1, 4, 4), 0.5), (1.0,))
    with pytest.raises(Refusal, match="1 or 16 values"):
        AffineConstraint(Mask((1, 4, 4), 0.5), (1.0, 2.0))


def test_entropy_by_lamberts_function():
    x, prior = signal(1, 1, 50), Entropy(0.8, 0.4)
    t = 0.5 * 0.8
    known = t * scipy.special.lambertw(0.4 / t * np.exp(x.numpy() / t)).real
    np.testing.assert_allclose(prior.prox(x, 0.5).numpy(), known, rtol=1e-12)
    u = known.clip(1e-300)
    assert float(prior(torch.tensor(known))) == pytest.approx(0.8 * float(np.sum(u * np.log(u / 0.4) - u + 0.4)))


@pytest.mark.parametrize("x", [-700.0, -1e-3, 0.0, 1.0, 1e3, 1e8])
@pytest.mark.parametrize("step", [1e-6, 1.0, 1e6])
def test_entropy_has_its_root_at_every_scale(x, step):
    u = float(Entropy(1.0, 0.5).prox(torch.full((1, 1, 1), x, dtype=torch.float64), step))
    assert 0 <= u <= max(x, 0.5) * (1 + 1e-12)
    if u > 1e-290:
        assert u - x + step * np.log(u / 0.5) == pytest.approx(0, abs=1e-9 * (1 + abs(x) + step))


def test_entropy_is_least_at_its_model_and_infinite_below_0():
    prior = Entropy(2.0, 0.3)
    x = torch.tensor([[[0.3, 0.3]], [[0.0, 0.3]], [[-0.1, 0.3]]], dtype=torch.float64)
    assert prior(x).tolist() == [0, pytest.approx(0.6), np.inf]


def test_patches_are_the_rows_and_the_prox_shrinks_their_singular_values():
    x, prior = signal(1, 2, 4, 6), NuclearNorm(0.7, 2)
    rows = [x[0, :, i : i + 2, j : j + 2].reshape(-1) for i in (0, 2) for j in (0, 2, 4)]
    M = torch.stack(rows).numpy()
    assert float(prior(x)) == pytest.approx(0.7 * np.linalg.norm(M, "nuc"))
    U, s, Vh = np.linalg.svd(M, full_matrices=False)
    shrunk = (U * np.maximum(s - 0.7 * 0.5, 0)) @ Vh
    u = prior.prox(x, 0.5)
    np.testing.assert_allclose(u[0, :, 2:4, 4:6].reshape(-1).numpy(), shrunk[5], atol=1e-12)
    assert float(prior(u)) == pytest.approx(0.7 * np.linalg.norm(shrunk, "nuc"))


def test_patches_of_one_pixel_are_spectra():
    x = signal(1, 3, 4, 4, dtype=torch.complex128)
    assert float(NuclearNorm(1.0, 1)(x)) == pytest.approx(np.linalg.norm(x[0].flatten(1).numpy(), "nuc"))
    assert "one channel" in NuclearNorm(1.0, 1).unfit((1, 4, 4), torch.float64)
    assert "patch=2" in NuclearNorm(1.0, 4).unfit((1, 6, 8), torch.float64)
