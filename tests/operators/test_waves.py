"""Coils, u-v tracks, phases, clipping and a varying blur against their definitions."""

import math

import numpy as np
import pytest
import torch

from tests.laws.small import matrix, random
from workbench.noise import Gaussian
from workbench.operators import (
    Clipping,
    FourierMask,
    GaussianBlur,
    MultiCoilFourier,
    PhaseRetrieval,
    RadioInterferometry,
    SpatiallyVaryingBlur,
)
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import norm


@pytest.mark.parametrize("pattern", ["lines", "points", "uniform", "radial"])
@pytest.mark.parametrize("keep", [0.2, 0.5, 1.0])
def test_every_pattern_keeps_what_it_says(pattern, keep):
    mask = FourierMask((1, 48, 40), keep, 0.02, pattern).mask()
    assert float(mask.mean()) <= keep + 0.01
    assert float(mask.mean()) >= keep - 0.05
    assert mask[24, 20] == 1
    fewer = FourierMask((1, 48, 40), 0.1, 0.02, pattern).mask()
    assert bool((fewer <= mask).all())


def test_uniform_points_are_as_dense_outside_as_inside():
    mask = FourierMask((1, 64, 64), 0.3, 0.0, "uniform").mask()
    assert float(mask[16:48, 16:48].mean()) == pytest.approx(0.3, abs=0.05)


def test_radial_lines_go_through_the_centre():
    mask = FourierMask((1, 65, 65), 0.03, 0.0, "radial").mask()
    assert torch.equal(mask, mask.flip(0, 1))
    assert 65 <= int(mask.sum()) <= round(0.03 * 65**2)


@pytest.mark.parametrize("shape", [(1, 12, 10), (2, 9), (1, 3, 6, 5)])
def test_coils_see_all_together_what_is_there(shape):
    A = MultiCoilFourier(shape, 5, keep=1.0)
    assert torch.allclose(A.maps().abs().square().sum(0), torch.ones(shape[1:], dtype=torch.float64))
    x = random((2, *shape), torch.complex128)
    assert torch.allclose(A.adjoint(A(x)), x, atol=1e-13)
    under, mask = MultiCoilFourier(shape, 5, keep=0.5), FourierMask(shape, 0.5)
    wanted = torch.stack([mask(c * x) for c in under.maps()], 2).flatten(1, 2)
    assert torch.allclose(under(x), wanted, atol=1e-14)


def test_coils_differ_and_fall_off():
    maps = MultiCoilFourier((1, 64, 64), 4).maps().abs()
    assert float(maps[0, 32, -1]) > 2 * float(maps[0, 32, 0])
    assert float(maps.diff(dim=-1).abs().max()) < 0.05


def test_visibilities_are_fourier_coefficients_at_the_tracks():
    A, x = RadioInterferometry((1, 6, 8), antennas=4, hours=5.0), random((1, 1, 6, 8), torch.float64)
    assert A.out_shape == (1, 2, 6 * 12)
    row, column = np.mgrid[:6, :8]
    for k in (0, 17, 71):
        u, v = A.points()[:, k].tolist()
        turns = u * (column - 4) + v * (3 - row)
        wanted = (x[0, 0].numpy() * np.exp(-2j * np.pi * turns)).sum() / math.sqrt(48)
        assert complex(*A(x)[0, 0, :, k].tolist()) == pytest.approx(wanted, abs=1e-13)
    assert float(A.points().norm(dim=0).max()) == pytest.approx(0.45)


def test_a_source_at_the_pole_is_circled():
    points = RadioInterferometry(antennas=3, hours=12.0, declination=90.0).points().reshape(2, 3, 12)
    lengths = points.norm(dim=0)
    assert torch.allclose(lengths, lengths[:, :1].expand_as(lengths))
    still = RadioInterferometry(antennas=3, hours=0.0).points().reshape(2, 3, 12)
    assert torch.allclose(still, still[..., :1].expand_as(still))


@pytest.mark.parametrize("complex_valued", [False, True])
def test_the_first_guess_of_coded_intensities_is_near_the_truth_up_to_a_phase(complex_valued):
    A = PhaseRetrieval((1, 16, 16), masks=8, complex_valued=complex_valued)
    truth = random((3, 1, 16, 16), torch.complex128 if complex_valued else torch.float64)
    problem = Problem.simulate(A, Gaussian(1e-3), Zero(), truth)
    start = problem.start()
    assert start.dtype == truth.dtype
    assert torch.allclose(norm(start), norm(truth), rtol=0.05)
    inner = (truth.conj() * start).flatten(1).sum(1).abs() / (norm(truth) * norm(start))
    assert float(inner.min()) > 0.7


def test_plain_intensities_hide_shifts_and_the_sign():
    A, x = PhaseRetrieval((1, 6, 5), masks=0), random((1, 1, 6, 5), torch.float64)
    wanted = np.abs(np.fft.fft2(x[0, 0].numpy(), (12, 10))) ** 2 / 120
    assert np.abs(A(x)[0, 0].numpy() - wanted).max() < 1e-13
    assert torch.allclose(A(-x.flip(2, 3)), A(x), atol=1e-13)
    guess = A.first_guess(A(x))
    assert float(norm(guess)) > 0


def test_intensities_of_nothing_start_at_nothing():
    A = PhaseRetrieval((2, 4, 4))
    assert torch.equal(A.first_guess(torch.zeros(1, *A.out_shape)), torch.zeros(1, 2, 4, 4))


def test_clipping_hard_and_rounded():
    x = torch.linspace(-2, 2, 401, dtype=torch.float64)[None, None]
    hard = Clipping((1, 401), 0.5, 0.0)
    assert torch.equal(hard(x), x.clamp(-0.5, 0.5))
    assert torch.equal(hard.at(x)(torch.ones_like(x)), (x.abs() <= 0.5).to(x.dtype))
    for knee in (0.02, 0.2):
        rounded = Clipping((1, 401), 0.5, knee)
        assert float((rounded(x) - hard(x)).abs().max()) <= 0.7 * knee
        assert torch.allclose(rounded(-x), -rounded(x), atol=1e-15)
        assert torch.isfinite(rounded(1e6 * x)).all()


def test_a_varying_blur_keeps_mass_and_is_the_gaussian_where_nothing_varies():
    x = random((2, 2, 12, 10), torch.float64)
    assert torch.allclose(SpatiallyVaryingBlur((2, 12, 10), 1.3, 1.3)(x), GaussianBlur((2, 12, 10), 1.3)(x), atol=1e-14)
    assert torch.allclose(SpatiallyVaryingBlur((2, 12, 10))(x).sum((2, 3)), x.sum((2, 3)), atol=1e-12)
    A = SpatiallyVaryingBlur((1, 33, 33), 0.5, 3.0)
    M = matrix(A).reshape(33, 33, 33, 33)
    assert float(M[16, 16, 16, 16]) > 10 * float(M[0, 0, 0, 0])
    assert torch.allclose(M[..., 0, 0], GaussianBlur((1, 33, 33), 3.0).kernel, atol=1e-14)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: FourierMask((1, 64), 0.3, 0.0, "radial"), "two axes in space"),
        (lambda: FourierMask((1, 64, 64), 0.001, 0.0, "radial"), "raise keep"),
        (lambda: MultiCoilFourier(keep=0.0, centre=0.0), "raise keep"),
        (lambda: MultiCoilFourier(coils=0), "MultiCoilFourier.coils"),
        (lambda: MultiCoilFourier()(torch.zeros(1, 1, 64, 64)), "a complex signal"),
        (lambda: RadioInterferometry(antennas=1), "RadioInterferometry.antennas"),
        (lambda: RadioInterferometry((1, 64)), "RadioInterferometry"),
        (lambda: PhaseRetrieval()(torch.zeros(1, 1, 64, 64) + 0j), "a real signal"),
        (lambda: Clipping(level=0.0), "Clipping.level"),
    ],
)
def test_refusals(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()
