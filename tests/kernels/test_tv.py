"""Total variation: the laws of its pieces, and the prox against an interior-point solver and its own certificate."""

from itertools import chain, product
from typing import Any

import cvxpy
import numpy as np
import pytest
import torch
from torch import Tensor

from workbench.kernels import admm_tv, dispatch, pdhg_tv, use
from workbench.kernels.admm_tv import PenaltyPace
from workbench.kernels.pdhg_tv import Moves
from workbench.kernels.tv import divergence, gradient, tv, tv_prox, tv_solve
from workbench.kernels.tv import numba as tv_numba
from workbench.refusal import Refusal
from workbench.tensors import dot, norm2

SHAPES = [(1, 1, 1, 1), (1, 2, 1, 9), (2, 1, 7, 1), (1, 1, 2, 2), (17, 1, 5, 6), (2, 3, 33, 24), (1, 1, 70, 45)]
SHAPES += [(1, 1, 1), (2, 2, 37), (17, 1, 8)]
MODES = ["auto", "reference"]
DTYPES = [torch.float32, torch.float64, torch.complex64, torch.complex128]
EXACT = torch.float64


@pytest.fixture(autouse=True)
def bands(monkeypatch):
    """Small images are cut into bands, too."""
    monkeypatch.setattr(dispatch, "GRAIN", 64)


def rounding(dtype: torch.dtype, single: Any, double: Any) -> Any:
    return single if dtype in (torch.float32, torch.complex64) else double


def draw(shape: tuple[int, ...], dtype: torch.dtype, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def dual_of(x: Tensor, seed: int = 1) -> Tensor:
    return draw((*x.shape[:2], x.ndim - 2, *x.shape[2:]), x.dtype, seed)


def weights(x: Tensor, seed: int = 2) -> Tensor:
    return 0.1 + draw(x.shape[:1], x.real.dtype, seed).abs()


VOLUMES = [(1, 1, 1, 1, 1), (2, 1, 3, 1, 2), (1, 2, 1, 4, 3), (2, 2, 5, 6, 4), (1, 1, 9, 7, 11)]
SCALES = [(), (0.4, 1.3, 2.0)]


@pytest.mark.parametrize("scale", SCALES, ids=["", "scaled"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 2, 37), (17, 1, 8), (1, 2, 5, 6), *VOLUMES])
def test_signals_and_volumes_equal_their_reference(shape, scale):
    """The table of kernels has images of square pixels."""
    for dtype in (EXACT, torch.complex128):
        x, scale = draw(shape, dtype), scale[: len(shape) - 2]
        p, z, moves = dual_of(x), dual_of(x, 3), weights(x).double()
        for isotropic, start in product((True, False), (None, p)):
            answers = []
            for mode in MODES:
                with use(mode):
                    pieces = gradient(x, scale), divergence(p, scale), tv(x, isotropic, scale)
                    ahead = pdhg_tv.step((x, 2 * x, x.flip(-1)), p, Moves(moves, moves, 0.9), 0.7, isotropic, scale)
                    split = admm_tv.step((x, z, p), PenaltyPace(moves, 1.7), 0.7, isotropic, scale)
                    solved = tv_solve(x, weights(x), isotropic, 0, 23, start, scale)
                    answers.append((*pieces, *ahead, *split, *solved))
            for kernel, reference in zip(*answers, strict=True):
                torch.testing.assert_close(kernel, reference, rtol=1e-11, atol=1e-10)


@pytest.mark.parametrize("scale", SCALES, ids=["", "scaled"])
@pytest.mark.parametrize("shape", VOLUMES)
def test_the_divergence_of_volumes_is_the_negative_adjoint(shape, scale):
    for dtype in DTYPES:
        x = draw(shape, dtype)
        p = dual_of(x)
        apart = (dot(gradient(x, scale), p) + dot(x, divergence(p, scale))).abs()
        assert (apart <= rounding(dtype, 1e-5, 1e-12) * (norm2(x) * norm2(p)).sqrt()).all()


def test_sides_of_pixels_divide_differences():
    """A ramp of 1 a unit length has slope 1 whatever the voxels; twice as fine a grid has twice the differences."""
    sides = (0.5, 2.0, 0.25)
    axes = [h * torch.arange(n, dtype=EXACT) for n, h in zip((4, 3, 5), sides, strict=True)]
    ramp = torch.stack(torch.meshgrid(*axes, indexing="ij")).sum(0)[None, None]
    slopes = gradient(ramp, tuple(1 / h for h in sides))
    torch.testing.assert_close(slopes[..., :-1, :-1, :-1], torch.ones(1, 1, 3, 3, 2, 4, dtype=EXACT))
    assert float(tv(ramp, False, (2.0, 0.5, 4.0))) == pytest.approx(3 * 3 * 5 + 4 * 2 * 5 + 4 * 3 * 4)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mode", MODES)
def test_divergence_is_the_negative_adjoint(shape, dtype, mode):
    x = draw(shape, dtype)
    p = dual_of(x)
    with use(mode):
        left, right = dot(gradient(x), p), -dot(x, divergence(p))
    assert ((left - right).abs() <= rounding(dtype, 1e-5, 1e-12) * (norm2(x) * norm2(p)).sqrt()).all()


@pytest.mark.parametrize("isotropic", [True, False])
def test_strided_and_conjugated_input(isotropic):
    x = draw((3, 40, 2, 31), torch.complex128)
    for view in (
        x.permute(2, 0, 3, 1),
        x.permute(2, 0, 3, 1).conj(),
        x[:, ::3, :, ::2].imag,
        x[:1].expand(4, -1, -1, -1),
    ):
        t = weights(view)
        for f in (gradient, lambda v: tv(v, isotropic), lambda v, t=t: tv_prox(v, t, isotropic)):
            assert torch.equal(f(view), f(view.clone(memory_format=torch.contiguous_format).resolve_conj()))


def _difference(u: cvxpy.Variable, axis: int) -> cvxpy.Expression:
    zeros = np.zeros([1 if k == axis else n for k, n in enumerate(u.shape)])
    stack = cvxpy.hstack if axis == u.ndim - 1 else cvxpy.vstack
    return cvxpy.vec(stack([cvxpy.diff(u, axis=axis), zeros]), order="C")


@pytest.mark.parametrize("isotropic", [True, False])
@pytest.mark.parametrize("shape", [(16, 16), (24, 32), (40,)])
@pytest.mark.parametrize("complex_", [False, True])
def test_prox_against_an_interior_point_solver(shape, isotropic, complex_):
    x = draw((1, 1, *shape), torch.complex128 if complex_ else EXACT)
    t = torch.tensor([0.7], dtype=EXACT)
    solution = tv_solve(x, t, isotropic, 1e-12, 100_000)
    data = [x[0, 0].real.numpy(), x[0, 0].imag.numpy()] if complex_ else [x[0, 0].numpy()]
    parts = [cvxpy.Variable(shape) for _ in data]
    differences = [[_difference(u, axis) for u in parts] for axis in range(len(shape))]
    groups = [list(chain(*differences))] if isotropic else differences
    variation = sum(cvxpy.sum(cvxpy.norm(cvxpy.vstack(group), 2, axis=0)) for group in groups)
    distance = sum(cvxpy.sum_squares(u - v) for u, v in zip(parts, data, strict=True))
    exact = cvxpy.Problem(cvxpy.Minimize(distance / 2 + 0.7 * variation)).solve(
        solver="CLARABEL", tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10
    )
    assert float(solution.gap) <= 1e-12 * float(solution.value)
    assert float(solution.value) == pytest.approx(exact, rel=1e-8)
    by_definition = norm2(solution.x - x) / 2 + t * tv(solution.x, isotropic)
    torch.testing.assert_close(solution.value, by_definition, rtol=1e-13, atol=0)


@pytest.mark.parametrize("isotropic", [True, False])
@pytest.mark.parametrize("dtype", [EXACT, torch.complex128])
def test_prox_beats_its_neighbours(isotropic, dtype):
    x = draw((2, 2, 9, 12), dtype)
    t = weights(x)

    def objective(v: Tensor) -> Tensor:
        return norm2(v - x) / 2 + t * tv(v, isotropic)

    best = tv_prox(x, t, isotropic, 1e-12, 50_000)
    for k in range(60):
        step = 10.0 ** -(k % 6) * draw(tuple(x.shape), dtype, seed=100 + k)
        assert (objective(best + step) >= objective(best) + norm2(step) / 2 * (1 - 1e-4) - 1e-8).all()


@pytest.mark.parametrize("isotropic", [True, False])
@pytest.mark.parametrize("mode", MODES)
def test_gap_bounds_the_error_at_every_stage(isotropic, mode):
    x = draw((2, 1, 30, 20), EXACT)
    t = weights(x)
    exact = tv_solve(x, t, isotropic, 1e-13, 100_000)
    with use(mode):
        for iterations in (0, 1, 7, 10, 35, 200):
            rough = tv_solve(x, t, isotropic, 0, iterations, dual_of(x))
            assert (rough.value - exact.value <= rough.gap + 1e-10).all()
            assert (norm2(rough.x - exact.x) / 2 <= rough.gap + 1e-10).all()
            dual_value = norm2(x) / 2 - norm2(rough.x) / 2
            torch.testing.assert_close(rough.gap, rough.value - dual_value, rtol=1e-9, atol=1e-10)
            assert (rough.iterations == iterations).all()
            torch.testing.assert_close(rough.x, x + t[:, None, None, None] * divergence(rough.dual))


def test_warm_start_gives_the_same_answer_sooner():
    x = draw((1, 1, 64, 48), EXACT)
    t = torch.tensor([1.0], dtype=EXACT)
    cold = tv_solve(x, t, tolerance=1e-9, iterations=50_000)
    warm = tv_solve(x, t * 1.01, tolerance=1e-9, iterations=50_000, dual=cold.dual)
    fresh = tv_solve(x, t * 1.01, tolerance=1e-9, iterations=50_000)
    assert int(warm.iterations) < int(fresh.iterations)
    assert float(norm2(warm.x - fresh.x)) <= 4 * float(warm.gap + fresh.gap)
    assert int(tv_solve(x, t, tolerance=1e-9, dual=cold.dual).iterations) == 0


def test_batch_items_do_not_know_of_each_other():
    x = draw((17, 2, 50, 21), EXACT)
    t = weights(x)
    together = tv_solve(x, t, tolerance=1e-7)
    assert len(set(together.iterations.tolist())) > 1
    for k in (0, 8, 16):
        alone = tv_solve(x[k : k + 1], t[k : k + 1], tolerance=1e-7)
        for whole, part in zip(together, alone, strict=True):
            assert torch.equal(whole[k : k + 1], part)


def test_answer_depends_neither_on_the_number_of_threads_nor_on_the_bands(monkeypatch):
    t, before = torch.ones(1), torch.get_num_threads()
    for x in (draw((1, 1, 110, 50), torch.float32), draw((1, 1, 11, 9, 8), torch.float32)):
        answers = []
        try:
            for threads, band in product((1, 2, 3, 5), (1 << 20, 1 << 12)):
                torch.set_num_threads(threads)
                monkeypatch.setattr(tv_numba, "_BAND", band)
                answers.append(tv_solve(x, t, tolerance=0, iterations=64))
        finally:
            torch.set_num_threads(before)
        for other in answers[1:]:
            assert all(torch.equal(a, b) for a, b in zip(answers[0], other, strict=True))


@pytest.mark.parametrize("mode", MODES)
def test_single_precision_stops_at_its_rounding(mode):
    x = draw((1, 1, 20, 20), torch.float32)
    with use(mode):
        solution = tv_solve(x, torch.ones(1), tolerance=1e-15, iterations=20_000)
    assert int(solution.iterations) < 20_000
    assert float(solution.gap) <= 3e-6 * float(solution.value)


@pytest.mark.parametrize("mode", MODES)
def test_edges_of_the_domain(mode):
    x = draw((2, 1, 12, 10), EXACT)
    with use(mode):
        free = tv_solve(x, torch.tensor([0.0, 50.0], dtype=EXACT), tolerance=1e-10, iterations=2000)
        torch.testing.assert_close(free.x[0], x[0], rtol=0, atol=0)  # t = 0: the identity
        torch.testing.assert_close(free.x[1], x[1].mean().expand_as(x[1]), rtol=0, atol=1e-4)  # t large: the mean
        flat = tv_solve(torch.full_like(x, 3), torch.ones(2, dtype=EXACT), dual=dual_of(x), iterations=2000)
        torch.testing.assert_close(flat.x, torch.full_like(x, 3), rtol=0, atol=1e-3)
        assert int(tv_solve(x * torch.nan, torch.ones(2, dtype=EXACT)).iterations.max()) == 0


def test_derivatives_go_through_the_reference():
    x = draw((1, 1, 5, 4), EXACT).requires_grad_()
    t = torch.tensor([0.3], dtype=EXACT)
    assert torch.autograd.gradcheck(gradient, x)
    assert torch.autograd.gradcheck(lambda v: tv_prox(v, t, iterations=20, tolerance=0), x)
    assert torch.autograd.gradcheck(lambda s: tv_prox(x.detach(), s, iterations=20, tolerance=0), t.requires_grad_())
    v = torch.ones_like(x)
    torch.testing.assert_close(torch.func.jvp(lambda z: gradient(z).sum(), (x.detach(),), (v,))[1], gradient(v).sum())
    batched = torch.func.vmap(lambda z: gradient(z[None])[0])(x.detach())
    torch.testing.assert_close(batched, gradient(x.detach()))


def test_refusals():
    x, t = torch.zeros(2, 1, 4, 4), torch.ones(2)
    for call in (
        lambda: gradient(torch.zeros(0, 1, 4, 4)),
        lambda: gradient(torch.zeros(1, 1, 4, 4, 4, 4)),
        lambda: gradient(x, (1.0, 2.0, 3.0)),
        lambda: gradient(torch.zeros(1, 1, 4, dtype=torch.int64)),
        lambda: divergence(x[:, None]),
        lambda: tv_prox(x, torch.ones(3)),
        lambda: tv_prox(x, -t),
        lambda: tv_prox(x, t * torch.nan),
        lambda: tv_solve(x, t, dual=x),
    ):
        with pytest.raises(Refusal):
            call()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [(2, 1, 16, 20), (1, 2, 30), (1, 1, 5, 6, 7)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64])
def test_a_t_far_below_rounding_changes_nothing(shape, dtype, mode):
    """The dual steps 1 / (8 t) had squares that overflow: of t <= 1e-20, as from sigma = 1e-6, the prox was NaN."""
    x = torch.rand(shape, generator=torch.Generator().manual_seed(0)).to(dtype)
    with use(mode):
        for t in (1e-44, 1e-21, 1e-14):
            found = tv_solve(x, torch.full((len(x),), t))
            assert torch.allclose(found.x, x, rtol=0, atol=1e-6) and bool((found.gap <= found.value).all())
            assert torch.allclose(found.value, t * tv(x), rtol=1e-5, atol=1e-45)
