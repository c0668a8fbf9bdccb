"""Eigenpairs, outliers and exact spectra against dense linear algebra and closed forms."""

import functools
import itertools

import pytest
import torch
from torch import Tensor

from tests.analysis.test_spectrum import diagonal, exact_spectra
from workbench import noise, operators, priors
from workbench.analysis import spectrum
from workbench.analysis.spectrum import Search, bottom, outermost, outliers, top
from workbench.data import truth
from workbench.operators import GaussianBlur, LinearOperator
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import generator, normal_like

SHAPE = (1, 32, 32)
CHOICES = {
    "blur, Tikhonov": (GaussianBlur(SHAPE), noise.Gaussian(), priors.Tikhonov(10.0)),
    "mask, smoothed TV": (operators.Mask(SHAPE), noise.Gaussian(), priors.SmoothedTotalVariation()),
    "Radon, Tikhonov": (operators.Radon(SHAPE, 12), noise.Gaussian(), priors.Tikhonov()),
    "Fourier, complex, smoothed TV": (operators.FourierMask(SHAPE), noise.Gaussian(), priors.SmoothedTotalVariation()),
    "blur, TV at its kinks": (GaussianBlur(SHAPE), noise.Gaussian(), priors.TotalVariation()),
    "Radon, counts": (operators.Radon(SHAPE, 12), noise.Poisson(), priors.Tikhonov()),
    "phases, Gauss-Newton": (operators.PhaseRetrieval(SHAPE), noise.Gaussian(), priors.Tikhonov()),
}
each = pytest.mark.parametrize("name", CHOICES)


def dense(operator: LinearOperator, like: Tensor) -> Tensor:
    """The eigenvalues of the real-linear operator from its matrix, descending, in double precision."""
    size = operator.in_shape[-1] * operator.in_shape[-2] * (2 if like.is_complex() else 1)
    basis = torch.eye(size, dtype=torch.float64)
    parts = basis.reshape(size, *operator.in_shape, *([2] if like.is_complex() else []))
    images = operator(torch.view_as_complex(parts) if like.is_complex() else parts)
    matrix = (torch.view_as_real(images) if like.is_complex() else images).flatten(1)
    return torch.linalg.eigvalsh((matrix + matrix.T) / 2).flip(0)


@functools.cache
def case(name: str) -> tuple[spectrum.Hessians, Tensor]:
    signal = truth("camera", 32).double().reshape(1, *SHAPE)
    problem = Problem.simulate(*CHOICES[name], signal)
    assert problem.truth is not None
    found = spectrum.hessians(problem, problem.truth, gauss_newton="Gauss" in name)
    return found, dense(found.objective, problem.truth)


@each
def test_the_top_is_that_of_the_matrix(name):
    found, exact = case(name)
    pairs = top(found.objective, 20, Search(like=found.x.flatten()[0]))
    assert pairs.converged
    torch.testing.assert_close(pairs.values, exact[:20], rtol=1e-10, atol=0)
    rounding = 1e-13 * exact[0]
    assert bool(((pairs.values - exact[:20]).abs() <= pairs.residuals + rounding).all())
    modes = pairs.signals(found.objective, found.x)
    images = found.objective(modes) - pairs.values[:, None, None, None] * modes
    sizes = torch.linalg.vector_norm(images.flatten(1), dim=1)
    assert bool((sizes <= pairs.residuals + rounding).all())


@each
def test_the_bottom_is_that_of_the_matrix(name):
    found, exact = case(name)
    pairs = bottom(found.objective, 6, Search(like=found.x.flatten()[0]))
    assert pairs.converged
    torch.testing.assert_close(pairs.values, exact.flip(0)[:6], rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", ["blur, Tikhonov", "mask, smoothed TV"])
def test_single_precision_ends_at_its_rounding(name):
    found, exact = case(name)
    single = Problem(found.problem.operator, found.problem.noise, found.problem.prior, found.problem.y.float())
    pairs = top(spectrum.hessians(single, found.x.float()).objective, 20, Search(like=torch.zeros(())))
    assert pairs.converged
    torch.testing.assert_close(pairs.values, exact[:20], rtol=1e-6, atol=0)
    assert bool(((pairs.values - exact[:20]).abs() <= pairs.residuals).all())


@pytest.mark.parametrize("sign", [1, -1])
def test_intervals_of_long_vectors_in_single_precision_hold_their_eigenvalues(sign):
    known = sign * torch.tensor([2.0, 1.8, 1.5])
    values = sign * torch.linspace(0, 0.5, 2**19)
    values[torch.tensor([7, 1541, 2**18])] = known
    search = Search(tolerance=1e-5, products=60, like=torch.zeros(()))
    pairs = (top if sign > 0 else bottom)(diagonal(values), 3, search)
    away = (pairs.values - known.double()).abs()
    assert bool((away <= pairs.residuals).all()), away
    assert float(away.max()) < 1e-6 and float(pairs.residuals.max()) < 3e-5
    space = pairs.space.double()
    torch.testing.assert_close(space @ space.mT, torch.eye(len(space)).double(), rtol=0, atol=5e-7)


@pytest.mark.parametrize("side", [8, 16])
@pytest.mark.parametrize("seed", range(3))
def test_no_copy_of_a_multiple_eigenvalue_is_missing(side, seed):
    """Those of a blur of a square come in fours: blocks of two missed copies of them, and said that they had all."""
    blur = GaussianBlur((1, side, side), 1.0)
    known = blur.spectrum().flatten().double().sort(descending=True).values
    for k in (3, 5, 7, 9):
        pairs = top(blur.gram, k, Search(seed=seed))
        assert pairs.converged
        torch.testing.assert_close(pairs.values, known[:k], rtol=1e-9, atol=0)


def test_intervals_stay_true_through_restarts_in_single_precision():
    blur = GaussianBlur((1, 96, 96), 2.0).gram
    for pairs in outermost(blur, 4, 1, Search(tolerance=1e-7, products=600, basis=30, like=torch.zeros(()))):
        vectors = pairs.vectors.double()
        signals = (vectors / torch.linalg.vector_norm(vectors, dim=1, keepdim=True)).reshape(-1, 1, 96, 96)
        left = (blur(signals) - pairs.values.reshape(-1, 1, 1, 1) * signals).flatten(1)
        assert bool((torch.linalg.vector_norm(left, dim=1) <= 1.01 * pairs.residuals).all())
    assert pairs.converged and pairs.products > 100


def test_a_bottom_that_is_not_reached_says_so():
    blur = GaussianBlur(SHAPE)
    exact = blur.spectrum().sort().values
    pairs = bottom(blur.gram, 5, Search(products=60, basis=40))
    assert not pairs.converged and pairs.products <= 64
    for low, high in zip(pairs.lower, pairs.upper, strict=True):
        assert bool(((exact >= low) & (exact <= high)).any())
    assert float(pairs.residuals.max()) > 1e-6


VALUES = {
    "zero": torch.zeros(60),
    "ones": torch.ones(60),
    "rank one": torch.eye(60)[7] * 7,
    "two values": torch.tensor([1.0, 50.0]).repeat(40),
    "indefinite": torch.linspace(-2, 3, 90),
    "one entry": torch.tensor([-3.0]),
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_degenerate_spectra_are_exact_with_every_copy(name, dtype):
    exact, k = VALUES[name].double().sort(descending=True).values, min(8, len(VALUES[name]))
    search = Search(like=torch.zeros((), dtype=dtype))
    close = 1e-12 if dtype == torch.float64 else 5e-6
    for pairs, known in (
        (top(diagonal(VALUES[name].to(dtype)), k, search), exact[:k]),
        (bottom(diagonal(VALUES[name].to(dtype)), k, search), exact.flip(0)[:k]),
    ):
        assert pairs.converged
        torch.testing.assert_close(pairs.values, known, rtol=0, atol=close * max(1, float(exact.abs().max())))
        gram = pairs.vectors @ pairs.vectors.T
        torch.testing.assert_close(gram, torch.eye(k, dtype=dtype), rtol=0, atol=close)


def test_results_sharpen_and_can_be_left_at_any_time():
    pairs = list(outermost(GaussianBlur(SHAPE).gram, 6, 1))
    assert all(a.products < b.products for a, b in itertools.pairwise(pairs))
    assert pairs[-1].converged and not any(p.converged for p in pairs[:-1])
    first = next(outermost(GaussianBlur(SHAPE).gram, 6, 1, Search(seed=3)))
    again = next(outermost(GaussianBlur(SHAPE).gram, 6, 1, Search(seed=3)))
    assert torch.equal(first.values, again.values)


def test_what_does_not_fit_into_memory_is_refused_with_numbers():
    wide = GaussianBlur((1, 4096, 4096))
    cost = spectrum.slq_cost(wide, 4000, 64)
    assert cost.products == 256_000 and cost.bytes > 4000 * 64 * 4096**2 * 8
    with pytest.raises(Refusal, match=r"\d+ MiB for Krylov vectors, got \d+ MiB free on cpu"):
        spectrum.slq(wide.gram, 4000, 64)
    with pytest.raises(Refusal, match="MiB"):
        spectrum.refine(wide.gram, 4000, 64)
    with pytest.raises(Refusal, match="MiB"):
        top(wide.gram, 3, Search(basis=100_000))
    with pytest.raises(Refusal, match="between 1 and 9 eigenpairs"):
        top(diagonal(torch.ones(9)), 10)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("steps", [40, 80, 150])
def test_nine_outliers_are_nine(steps, dtype):
    exact = exact_spectra()["nine outliers"]
    like = torch.zeros((), dtype=dtype)
    operator = diagonal(exact.to(dtype))
    for seed in range(10):
        starts = spectrum.rademacher(operator, 1, like, seed)
        (found,) = outliers(spectrum.lanczos(operator, steps, starts))
        torch.testing.assert_close(found, torch.linspace(10, 100, 9, dtype=torch.float64), rtol=1e-4, atol=0)
    assert top(operator, 9, Search(like=like)).converged


def test_spectra_without_outliers_have_none():
    for name in ("mask", "two values", "indefinite", "periodic Laplacian"):
        assert [len(o) for o in outliers(spectrum.lanczos(diagonal(exact_spectra()[name]), 80))] == [0]


@pytest.mark.parametrize(
    ("operator", "prior"),
    [
        (GaussianBlur((2, 6, 8)), priors.Tikhonov(3.0)),
        (operators.Mask((1, 7, 5)), priors.Tikhonov(3.0)),
        (operators.FourierMask((1, 6, 5)), priors.Zero()),
        (operators.HeatDiffusion((1, 6, 5)), priors.SmoothedTotalVariation()),
    ],
    ids=lambda member: type(member).__name__,
)
def test_the_exact_spectrum_is_that_of_the_matrix(operator, prior):
    problem = Problem.simulate(operator, noise.Gaussian(0.1), prior, torch.ones(1, *operator.in_shape).double())
    found = spectrum.hessians(problem, problem.truth)
    parts = spectrum.exact(found)
    assert parts is not None
    matrices = [dense_any(h, problem.truth) for h in (found.data, found.prior, found.objective)]
    for exact, known in zip((*parts, sum(parts)), matrices, strict=True):
        torch.testing.assert_close(exact.sort().values, known, rtol=1e-10, atol=1e-9)


def dense_any(operator: LinearOperator, like: Tensor) -> Tensor:
    found = bottom(operator, like.numel() * (2 if like.is_complex() else 1), Search(like=like.flatten()[0]))
    return found.values


def test_where_no_basis_suits_both_there_is_no_exact_spectrum():
    signal = normal_like(torch.zeros(1, 1, 6, 5, dtype=torch.float64), generator(0, 0))
    for operator, prior in (
        (operators.Radon((1, 6, 6), 5), priors.Tikhonov()),
        (operators.HeatDiffusion((1, 6, 5)), priors.SmoothedTotalVariation()),
        (GaussianBlur((1, 6, 5)), priors.SmoothedTotalVariation()),
    ):
        x = signal if operator.in_shape == (1, 6, 5) else torch.zeros(1, 1, 6, 6, dtype=torch.float64)
        problem = Problem.simulate(operator, noise.Gaussian(), prior, x)
        assert spectrum.exact(spectrum.hessians(problem, x)) is None


def test_a_hessian_that_does_not_exist_says_what_stands_for_it_or_refuses():
    found, _ = case("blur, TV at its kinks")
    assert "TotalVariation has no Hessian at a kink" in found.note and "SmoothedTotalVariation" in found.note
    assert case("mask, smoothed TV")[0].note == ""
    problem = Problem(GaussianBlur(SHAPE), noise.Gaussian(), priors.L1(), torch.zeros(1, *SHAPE))
    with pytest.raises(Refusal, match="a Hessian of the prior, got L1, which has none: "):
        spectrum.hessians(problem, problem.zeros())
    both = Problem(GaussianBlur(SHAPE), noise.Gaussian(), priors.Zero(), torch.zeros(2, *SHAPE))
    with pytest.raises(Refusal, match="one iterate"):
        spectrum.hessians(both, both.zeros())
