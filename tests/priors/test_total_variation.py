"""Total variation against CVXPY, its linear map, and its stopping rule."""

import functools
import math
import warnings

import cvxpy as cp
import numpy as np
import pytest
import torch

from workbench.algorithms import ADMM, PDHG
from workbench.linalg import power_norm
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Gradient, Identity
from workbench.parameters import describe, rebuild
from workbench.priors import GroupL1, HuberTV, TotalVariation, WeightedTotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import run
from workbench.tensors import dot, generator, norm, norm2, normal_like


def edges(shape: tuple[int, ...], dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """A noisy signal with one edge along each axis: (1, 1, *shape)."""
    x = torch.zeros(1, 1, *shape, dtype=dtype)
    x[(..., *(slice(n // 3, None) for n in shape))] = 1
    return x + 0.1 * normal_like(x, generator(0, 0))


def differences(u: cp.Expression, shape: tuple[int, ...]) -> list[cp.Expression]:
    """Differences of a signal in rows, by matrices written down here: 0 at the end of each axis."""
    out = []
    for axis in range(len(shape)):
        one = [np.eye(n, k=1) - np.eye(n) if k == axis else np.eye(n) for k, n in enumerate(shape)]
        one[axis][-1] = 0
        out.append(functools.reduce(np.kron, one) @ u)
    return out


def clarabel(x: torch.Tensor, weight: float, isotropic: bool, spacing: tuple = ()) -> tuple[float, np.ndarray]:
    shape = tuple(x.shape[2:])
    u = cp.Variable(math.prod(shape), complex=x.is_complex())
    d = cp.vstack([part / side for part, side in zip(differences(u, shape), spacing or [1] * len(shape), strict=True)])
    moduli = cp.sum(cp.norm(cp.abs(d), 2, axis=0)) if isotropic else cp.sum(cp.abs(d))
    objective = cp.sum_squares(u - x.numpy().ravel()) / 2 + weight * moduli
    tight = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-12)
    value = cp.Problem(cp.Minimize(objective)).solve(solver="CLARABEL", **tight)
    return float(value), np.asarray(u.value).reshape(shape)


@pytest.mark.parametrize("isotropic", [True, False])
@pytest.mark.parametrize(
    ("shape", "dtype", "spacing"),
    [
        ((12, 9), torch.float64, ()),
        ((24,), torch.float64, ()),
        ((6, 7), torch.complex128, ()),
        ((5, 6, 4), torch.float64, ()),
        ((5, 6, 4), torch.float64, (2.5, 1.0, 0.8)),
        ((6, 7), torch.float64, (0.5, 2.0)),
    ],
)
def test_prox_is_the_minimiser_that_cvxpy_finds(shape, dtype, spacing, isotropic):
    x, weight = edges(shape, dtype), 0.15
    prior = TotalVariation(weight, isotropic, tolerance=1e-13, iterations=100_000, spacing=spacing)
    u = prior.prox(x, 1.0)
    value, best = clarabel(x, weight, isotropic, spacing)
    assert float(norm2(u - x) / 2 + prior(u)) == pytest.approx(value, rel=1e-8)
    assert np.abs(u[0, 0].numpy() - best).max() < 1e-4


def test_default_tolerance_bounds_the_distance_to_the_minimiser():
    x = edges((32, 32))
    rough, exact = TotalVariation(0.2), TotalVariation(0.2, tolerance=1e-13, iterations=100_000)
    best = exact.prox(x, 1.0)
    value = float(norm2(best - x) / 2 + exact(best))
    assert float(norm(rough.prox(x, 1.0) - best)) <= math.sqrt(2 * 1.01 * rough.tolerance * value)


def test_a_constant_is_free_and_a_large_weight_leaves_the_mean():
    x = edges((8, 6))
    assert float(TotalVariation()(torch.full_like(x, 3.0))) == 0
    flat = TotalVariation(1e4, tolerance=1e-13, iterations=100_000).prox(x, 1.0)
    assert torch.allclose(flat, x.mean().expand_as(x), atol=1e-5)


def test_isotropic_is_the_shorter_way():
    x = edges((8, 6))
    assert float(TotalVariation(1.0)(x)) < float(TotalVariation(1.0, isotropic=False)(x))
    assert isinstance(TotalVariation().outer, GroupL1)


@pytest.mark.parametrize("shape", [(2, 7, 5), (1, 1, 9), (3, 11), (1, 1, 1)])
def test_the_gradient_is_adjoint_to_its_adjoint_and_knows_its_norm(shape):
    operator = Gradient(shape)
    for dtype in (torch.float64, torch.complex128):
        x = normal_like(torch.empty(2, *operator.in_shape, dtype=dtype), generator(0, 0))
        y = normal_like(torch.empty(2, *operator.out_shape, dtype=dtype), generator(1, 0))
        assert torch.allclose(dot(operator(x), y), dot(x, operator.adjoint(y)), rtol=1e-12, atol=1e-14)
    assert power_norm(operator, tolerance=1e-6) == pytest.approx(operator.closed_norm(), rel=1e-6)


@pytest.mark.parametrize("shape", [(1, 4, 4, 4, 4), (5,)])
def test_other_shapes_are_refused_in_a_sentence(shape):
    assert "one to three space axes" in TotalVariation().unfit(shape, torch.float32)
    with pytest.raises(Refusal, match="1 or 2 or 3 axes in space"):
        TotalVariation().linear(shape)
    y = torch.zeros(1, *shape)
    with pytest.raises(Refusal):
        Problem(Identity(shape), Gaussian(), TotalVariation(), y)


@pytest.mark.parametrize("weight", [0.1, 1.0, 30.0, 1e3, 1e6])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64])
def test_a_prox_goes_on_to_its_tolerance_at_any_weight(weight, dtype):
    """The objective, in double precision, is at most the tolerance above the least; a strong weight leaves the mean."""
    x, prior = edges((20, 14), dtype), TotalVariation(weight)
    fine = x.to(torch.complex128 if dtype.is_complex else torch.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = prior.prox(x, 1.0).to(fine)
    best = TotalVariation(weight, tolerance=1e-8).prox(fine, 1.0) if weight < 10 else fine.mean().expand_as(fine)
    least, reached = (float(norm2(u - fine) / 2 + prior(u)) for u in (best, found))
    rounding = 2 * torch.finfo(dtype).eps * weight * x.numel()
    assert reached <= least * (1 + 1.1 * prior.tolerance) + rounding
    assert float(norm(found - best)) <= 1.1 * math.sqrt(2 * prior.tolerance * least) + 1e-5


def test_a_prox_that_ends_before_its_tolerance_says_so():
    with pytest.warns(UserWarning, match="TotalVariation ended after 20 steps, before its tolerance of 1e-05"):
        TotalVariation(5.0, iterations=20).prox(edges((30, 30)), 1.0)


def test_a_strong_item_leaves_the_others_as_they_are_alone():
    """Single precision serves the bright item and hides the tolerance of the dim one, which is solved in double."""
    x = edges((20, 20), torch.float32)
    prior, both = TotalVariation(1.0), torch.cat([100 * x, 0.1 * x, 50 * x])
    together = prior.prox(both, 1.0)
    for k in range(3):
        assert torch.equal(together[k : k + 1], prior.prox(both[k : k + 1], 1.0))


@pytest.mark.parametrize("isotropic", [True, False])
@pytest.mark.parametrize("axes", [(2,), (-3, 2), (1, 0)])
def test_along_some_axes_what_lies_across_them_is_on_its_own(axes, isotropic):
    x = torch.randn(2, 1, 4, 5, 6, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    kept = [axis % 3 + 2 for axis in sorted(axes, key=lambda axis: axis % 3)]
    across = [axis for axis in range(x.ndim) if axis not in kept]
    alone = x.permute(*across, *kept).reshape(-1, 1, *(x.shape[axis] for axis in kept))  # lines, or planes
    settings = {"isotropic": isotropic, "tolerance": 1e-12}
    some, whole = TotalVariation(0.4, axes=axes, **settings), TotalVariation(0.4, **settings)
    torch.testing.assert_close(some(x).sum(), whole(alone).sum())
    back = whole.prox(alone, 1.0).reshape([x.shape[axis] for axis in (*across, *kept)])
    expected = back.permute(*[[*across, *kept].index(axis) for axis in range(x.ndim)])
    torch.testing.assert_close(some.prox(x, 1.0), expected, atol=1e-5, rtol=0)
    problem = Problem(GaussianBlur(tuple(x.shape[1:]), 0.35), Gaussian(1.0), some, x)
    ends = [
        problem.objective(torch.from_numpy(run(problem, method, steps=600).x.values)) for method in (ADMM(), PDHG())
    ]
    torch.testing.assert_close(*ends, rtol=1e-6, atol=0)
    assert bool((ends[0] <= problem.objective(expected)).all())


@pytest.mark.parametrize("axes", [(0,), (-1,), (1, 0)])
def test_its_siblings_count_the_same_axes(axes):
    """Along some axes each line across them is a signal of its own: huge differences there cost nothing."""
    x = torch.randn(2, 1, 5, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    kinks, sizes = TotalVariation(0.4, axes=axes), (1, 5, 6)
    weighted, huber = WeightedTotalVariation(0.4, axes=axes), HuberTV(0.4, 1e-6, axes=axes)
    torch.testing.assert_close(weighted(x), kinks(x), rtol=1e-12, atol=0)
    torch.testing.assert_close(huber(x), kinks(x), rtol=1e-5, atol=0)
    smooth = weighted.smoothed(0.3), kinks.smoothed(0.3)
    for one, other in ((smooth[0](x), smooth[1](x)), (smooth[0].grad(x), smooth[1].grad(x))):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(smooth[0].hvp(x, x.flip(2)), smooth[1].hvp(x, x.flip(2)), rtol=1e-12, atol=1e-12)
    for prior in (weighted, huber):
        assert torch.equal(prior.linear(sizes)(x), kinks.linear(sizes)(x))
        assert torch.equal(prior.periodic_split(sizes)[1](x), kinks.periodic_split(sizes)[1](x))
        assert describe(rebuild(describe(prior))) == describe(prior)
        assert "space axes 0 to 1" in type(prior)(1.0, axes=(2,)).unfit(sizes, torch.float64)


def test_axes_and_spacing_may_be_none_and_are_those_of_the_signal():
    plain = TotalVariation(1.0, axes=None, spacing=None)
    assert describe(plain) == describe(TotalVariation(1.0)) and plain.axes == plain.spacing == ()
    assert describe(rebuild(describe(TotalVariation(1.0, axes=(0, -1))))) == describe(TotalVariation(1.0, axes=(0, -1)))
    for axes in ((2,), (0, -2)):
        assert "space axes 0 to 1" in TotalVariation(1.0, axes=axes).unfit((1, 4, 4), torch.float64)
        with pytest.raises(Refusal, match="name each once"):
            TotalVariation(1.0, axes=axes)(torch.zeros(1, 1, 4, 4))
