"""Stochastic Lanczos quadrature against exact spectra."""

import math
from itertools import islice

import numpy as np
import pytest
import torch

from workbench.analysis.spectrum import lanczos, refine, slq
from workbench.operators import GaussianBlur, Map
from workbench.refusal import Refusal

SIZE = 400


def diagonal(values: torch.Tensor) -> Map:
    return Map(((1, len(values)), (1, len(values))), lambda x: values * x, lambda x: values * x)


def exact_spectra() -> dict[str, torch.Tensor]:
    i = torch.arange(SIZE, dtype=torch.float64)
    u = torch.linspace(0, 1, SIZE, dtype=torch.float64)
    return {
        "Neumann Laplacian": 4 * torch.sin(math.pi * i / (2 * SIZE)).square(),
        "Dirichlet Laplacian": 4 * torch.sin(math.pi * (i + 1) / (2 * SIZE + 2)).square(),
        "periodic Laplacian": 4 * torch.sin(math.pi * i / SIZE).square(),
        "cumulative sum": 1 / (2 * torch.sin((2 * i + 1) * math.pi / (4 * SIZE + 2))).square(),
        "mask": (i % 2),
        "two values": torch.where(i < SIZE / 2, 1.0, 50.0).double(),
        "nine outliers": torch.cat([u**3, torch.linspace(100, 10, 9, dtype=torch.float64)]),
        "blur": GaussianBlur((1, 64, 64), 1.5).transfer().flatten().square(),
        "indefinite": torch.linspace(-2, 3, SIZE, dtype=torch.float64),
    }


def wasserstein(nodes: np.ndarray, weights: np.ndarray, exact: np.ndarray) -> float:
    """Distance of two measures on a line, relative to the range of the exact one, by their quantile functions."""
    exact = np.sort(exact)
    points = np.sort(np.concatenate([exact, nodes]))
    ours = np.concatenate([[0], np.cumsum(weights)])[np.searchsorted(nodes, points, side="right")]
    theirs = np.searchsorted(exact, points, side="right") / len(exact)
    return float((np.abs(ours - theirs)[:-1] * np.diff(points)).sum() / (exact[-1] - exact[0]))


@pytest.mark.parametrize("name", exact_spectra())
@pytest.mark.parametrize("steps", [10, 20, 40, 80])
def test_the_measure_is_within_the_gate_of_the_exact_spectrum(name, steps):
    exact = exact_spectra()[name]
    for seed in range(10):
        found = slq(diagonal(exact), steps, 4, seed)
        gate = 0.35 / steps + 0.4 / math.sqrt(len(exact) * 4)
        assert wasserstein(found.nodes.numpy(), found.weights.numpy(), exact.numpy()) <= gate
        assert float(found.weights.sum()) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", ["mask", "two values"])
def test_an_exhausted_space_gives_the_spectrum_itself(name):
    exact = exact_spectra()[name]
    found = slq(diagonal(exact), 40, 4)
    assert found.products == 8 and bool(found.exact.all())
    low, high = float(exact.min()), float(exact.max())
    middle = torch.tensor([low - 1, low + 1e-9, (low + high) / 2, high - 1e-9, high + 1e-9], dtype=torch.float64)
    assert torch.allclose(found.cdf(middle), torch.tensor([0, 0.5, 0.5, 0.5, 1]).double(), atol=1e-9)
    assert torch.equal(found.lower(middle), found.upper(middle))


def test_the_envelope_holds_the_measure_of_each_probe_and_tightens():
    exact = exact_spectra()["cumulative sum"]
    points = torch.linspace(0, 2, 50, dtype=torch.float64)
    measures = islice(refine(diagonal(exact)), 60)
    widths = [float((m.upper(points) - m.lower(points)).mean()) for m in measures]
    assert widths[59] < 0.2 * widths[9]
    one = slq(diagonal(exact), 20, 1)
    share = (exact[None] <= points[:, None]).double().mean(1)  # signs weigh every eigenvalue alike
    assert bool((one.lower(points) <= share + 1e-12).all()) and bool((share <= one.upper(points) + 1e-12).all())


@pytest.mark.parametrize("values", [torch.zeros(9), torch.ones(9), torch.eye(9)[0] * 7])
def test_zero_repeated_and_rank_one_spectra_are_exact(values):
    exact = values.double()
    found = slq(diagonal(exact), 5, 2)
    assert bool(torch.isfinite(found.nodes).all() & torch.isfinite(found.density(exact)).all())
    mean = float((found.nodes * found.weights).sum())
    assert mean == pytest.approx(float(exact.mean()), abs=1e-12)


def test_two_eigenvalues_are_two_peaks_with_nothing_between_them():
    found = slq(diagonal(exact_spectra()["two values"]), 40, 2)
    between, at = found.density(torch.tensor([25.0, 1.0], dtype=torch.float64))
    assert found.probe_nodes.shape[1] == 2 and float(between) < 1e-12 and float(at) > 0.5


def test_float32_and_complex_spectra():
    exact = exact_spectra()["blur"]
    blur = GaussianBlur((1, 64, 64), 1.5)
    for dtype in (torch.float32, torch.complex128):
        found = slq(blur.gram, 20, 2, like=torch.zeros((), dtype=dtype))
        assert wasserstein(found.nodes.numpy(), found.weights.numpy(), exact.numpy()) <= 0.35 / 20 + 0.4 / math.sqrt(
            8192
        )


def test_krylov_bases_are_orthonormal_and_project_to_t():
    exact = exact_spectra()["nine outliers"]
    found = lanczos(diagonal(exact), 150)
    basis = found.basis[0]
    assert torch.allclose(basis @ basis.T, torch.eye(150, dtype=torch.float64), atol=1e-12)
    assert torch.allclose(basis * exact @ basis.T, found.matrix()[0], atol=1e-10)


def test_what_is_not_square_is_refused():
    wide = Map(((1, 4), (1, 3)), lambda x: x[..., :3], lambda y: torch.nn.functional.pad(y, (0, 1)))
    with pytest.raises(Refusal, match="self-adjoint"):
        slq(wide)
