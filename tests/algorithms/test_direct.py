"""Reconstructions that are a formula of the data: their scale, against scikit-image, and as starts of others."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from skimage.transform import iradon

from tests.operators.test_radon import disk
from workbench.algorithms import SIRT, FilteredBackprojection, RootSumOfSquares, WienerDeconvolution
from workbench.data import truth
from workbench.noise import Gaussian, Poisson
from workbench.operators import (
    FanBeamRadon,
    GaussianBlur,
    Gradient,
    Identity,
    MultiCoilFourier,
    Radon,
    Scan,
)
from workbench.operators.integrals.filtering import redundancy, shares, sides
from workbench.parameters import changed
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.run import iterate, run
from workbench.tensors import stream

SIDE = 96
WINDOWS = ("ramp", "shepp-logan", "cosine", "hamming", "hann")


def chords(operator: Scan, radius: float, centre: tuple[float, float], value: float) -> torch.Tensor:
    """The projections of a disk in closed form, in pixels: parallel beam, or the fan of FanBeamRadon."""
    _, views, bins = operator.out_shape
    u = torch.arange(bins, dtype=torch.float64) - (bins - 1) / 2 - operator.offset
    a = operator.degrees().deg2rad()[:, None]
    if isinstance(operator, FanBeamRadon):
        source = operator.distance * max(operator.in_shape[1:])
        fan = torch.atan(u / source)
        a, s = a + fan, source * fan.sin()
    else:
        s = u
    s = s - centre[0] * a.cos() - centre[1] * a.sin()
    return (value * 2 * (radius**2 - s**2).clamp_min(0).sqrt()).expand(views, bins)[None, None]


def reconstructed(operator: Scan, y: torch.Tensor, window: str = "ramp") -> torch.Tensor:
    problem = Problem(operator, Gaussian(0.1), Zero(), y)
    states = list(iterate(problem, FilteredBackprojection(window)))
    assert len(states) == 2, "one step, and it is done"
    return states[-1].x[0, 0]


WHOLE = tuple(np.arange(0, 360.0, 1.0))
SCANS = [
    Radon((1, SIDE, SIDE), 180, pixel=1.0),
    Radon((1, SIDE, SIDE), tuple(np.random.default_rng(0).permutation(np.arange(0, 180.0, 1.0))), pixel=1.0),
    Radon((1, SIDE, SIDE), tuple(np.arange(0, 360.0, 1.5)), detectors=120, offset=5.3, pixel=1.0),
    FanBeamRadon((1, SIDE, SIDE), 360, distance=2.5, pixel=1.0),
    FanBeamRadon((1, SIDE, SIDE), 360, distance=1.2, detectors=150, offset=-3.7, pixel=1.0),
    # Short scans: half a turn and the fan, and more than that, begun anywhere, in any order.
    FanBeamRadon((1, SIDE, SIDE), tuple(np.arange(70, 70 + 180 + 34.0, 1.0)), distance=2.5, pixel=1.0),
    FanBeamRadon((1, SIDE, SIDE), tuple(np.arange(210, -70.0, -1.0)), distance=1.3, offset=2.3, pixel=1.0),
    # Displaced detectors, which see one side of the object alone: a ray's way back meets a bin, a gap, or nothing.
    Radon((1, SIDE, SIDE), WHOLE, detectors=75, offset=25.0, pixel=1.0),
    Radon((1, SIDE, SIDE), WHOLE, detectors=75, offset=-25.2, pixel=1.0),
    FanBeamRadon((1, SIDE, SIDE), WHOLE, distance=2.5, detectors=64, offset=28.0, pixel=1.0),
    FanBeamRadon((1, SIDE, SIDE), WHOLE, distance=1.4, detectors=90, offset=-25.2, pixel=1.0),
    FanBeamRadon((1, SIDE, SIDE), WHOLE, distance=2.5, detectors=61, offset=30.0, pixel=1.0),
]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("scan", SCANS, ids=lambda s: type(s).__name__)
def test_a_disk_of_a_hundredth_a_pixel_reads_a_hundredth(scan, window):
    """The data are a closed form, not those of the operator."""
    found = reconstructed(scan, chords(scan, 30.0, (6.0, -4.0), 0.01), window)
    rows, columns = torch.meshgrid(torch.arange(SIDE) - 47.5, torch.arange(SIDE) - 47.5, indexing="ij")
    far = torch.hypot(columns - 6, -rows + 4)
    assert float(found[far < 26].mean()) == pytest.approx(0.01, rel=2e-3)
    assert float(found[far < 26].std()) < 3e-4
    assert abs(float(found[(far > 34) & (far < 38)].mean())) < 1e-4


@pytest.mark.parametrize("cls", [Radon, FanBeamRadon])
def test_complex_projections_are_those_of_two_pictures(cls):
    scan = cls((2, 24, 20), 30, detectors=26, offset=1.3)
    re, im = torch.randn(2, 1, *scan.out_shape, dtype=torch.float64, generator=stream(0, "y"))
    found = solved(scan, Gaussian(), torch.complex(re, im), FilteredBackprojection())
    for part, y in ((found.real, re), (found.imag, im)):
        np.testing.assert_allclose(part, solved(scan, Gaussian(), y, FilteredBackprojection()), atol=1e-12)


def test_lengths_in_units_of_the_longer_side_or_of_a_pixel_size_read_the_same():
    x = disk(64, 0.3)
    for pixel in (None, 1.0, 0.05):
        scan = Radon((1, 64, 64), 120, pixel=pixel)
        found = reconstructed(scan, scan(x))
        assert float(found[24:40, 24:40].mean()) == pytest.approx(1, abs=4e-3)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_values_are_those_of_scikit_image(window):
    """iradon of a square detector, whose axis falls on bin n // 2: the middle of an odd number."""
    side, angles = 65, np.arange(0, 180, 2.0)
    y = np.zeros((len(angles), side))
    y[:, 10:50] = np.random.default_rng(0).random((len(angles), 40))
    names = {"hann": "hann", "hamming": "hamming", "cosine": "cosine", "ramp": "ramp", "shepp-logan": "shepp-logan"}
    wanted = iradon(y.T, angles, filter_name=names[window], circle=True, interpolation="linear")
    scan = Radon((1, side, side), tuple(angles), detectors=side, pixel=1.0)
    found = reconstructed(scan, torch.from_numpy(y)[None, None], window).numpy()
    inside = np.hypot(*np.mgrid[-32:33, -32:33]) < 31
    assert np.abs(found - wanted)[inside].max() < 0.02 * np.abs(wanted).max()


def test_views_stand_for_their_part_of_the_turn():
    even = shares(torch.arange(6, dtype=torch.float64) * math.pi / 6, math.pi)
    np.testing.assert_allclose(even, math.pi / 6)
    uneven = torch.tensor([0.0, 0.9, 0.3, 1.5, 2.4], dtype=torch.float64)
    found = shares(uneven, math.pi)
    assert float(found.sum()) == pytest.approx(math.pi)
    np.testing.assert_allclose(found[2], 0.45)
    np.testing.assert_allclose(
        shares(uneven + math.pi * torch.tensor([0.0, 1, 2, -1, 0], dtype=torch.float64), math.pi), found
    )
    wedge = shares(torch.linspace(-1, 1, 41, dtype=torch.float64), math.pi)
    assert float(wedge.sum()) == pytest.approx(2 + 3 * 0.05), "the missing wedge is nobody's"
    assert float(shares(torch.tensor([0.3]), math.pi)) == pytest.approx(math.pi)


def test_it_is_a_start_for_others_and_another_window_is_another_step():
    scan = Radon((1, 32, 32), 40)
    x = disk(32, 0.3)
    y = scan(x) + 0.005 * torch.randn(scan(x).shape, generator=stream(0, "noise"), dtype=torch.float64)
    problem = Problem(scan, Gaussian(0.005), Zero(), y, x)
    first = run(problem, FilteredBackprojection("hann"), steps=5)
    assert list(first.k) == [0, 1] and first.attrs["outcome"] == "done"
    start = torch.from_numpy(first.x.values)
    near = next(iterate(problem, SIRT(), x=start))
    assert float(problem.misfit(near.x)) < float(problem.misfit(problem.start()))
    method, state = FilteredBackprojection("ramp"), list(iterate(problem, FilteredBackprojection("hann")))[-1]
    assert FilteredBackprojection("hann").done(state) and not method.done(state)
    again = method.step(problem, state, stream(0, "none"))
    assert method.done(again) and not torch.equal(again.x, state.x)


@pytest.mark.parametrize(("reach", "ok"), [(180, False), (205, False), (212, True), (300, True), (359, True)])
def test_a_fan_beam_that_misses_lines_is_refused(reach, ok):
    """The image of 32 x 32 is seen under 2 asin(22.6 / 80) = 32.9 degrees: it needs 212.9 of them, at 1 a view."""
    scan = FanBeamRadon((1, 32, 32), tuple(np.arange(40.0, 41.0 + reach)), distance=2.5)
    unmet = FilteredBackprojection().unmet(Problem(scan, Gaussian(), Zero(), torch.zeros(1, *scan.out_shape)))
    assert not unmet if ok else f"views over 213 degrees, half a turn and the fan, not {reach + 1}" in unmet


def test_the_weights_of_two_rays_on_one_line_sum_to_one():
    """Views and fan angles on one grid, so that each ray's opposite is one of them too."""
    step = math.pi / 180
    views = torch.arange(-10.0, 213.0, 2, dtype=torch.float64) * step
    fan = torch.arange(-15.0, 16.0, dtype=torch.float64) * step
    weights = redundancy(views, fan)
    for v, view in enumerate(views):
        for g in range(len(fan)):
            other = ((view + math.pi + 2 * fan[g] - views[0]) / step / 2) % 180
            inside = round(float(other)) % 180 < len(views)
            pair = float(weights[round(float(other)) % 180, -1 - g]) if inside else 0.0
            assert float(weights[v, g]) + pair == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("offset", [0.0, 3.0, -8.0])
def test_bins_that_see_a_line_from_both_ends_share_it(offset):
    places = torch.arange(21, dtype=torch.float64) - 10 - offset
    near, far = sides(places)
    weight = near / (near + far)
    across = {float(u): float(w) for u, w in zip(places, weight, strict=True)}
    for place, found in across.items():
        assert found + across.get(-place, 0.0) == pytest.approx(1)
    assert across[0.0] == 0.5 and (offset or set(across.values()) == {0.5})


def test_a_half_turn_is_no_matter_of_where_the_axis_falls():
    """No ray comes back, so none is shared; a turn without 30 degrees shares those that do."""
    scan = Radon((1, SIDE, SIDE), 180, detectors=120, offset=11.0, pixel=1.0)
    for each in (scan, changed(scan, angles=tuple(np.arange(0, 330.0, 1.0)), offset=4.0)):
        found = reconstructed(each, chords(each, 30.0, (6.0, -4.0), 0.01))
        assert float(found[30:74, 40:68].mean()) == pytest.approx(0.01, rel=2e-3)


@pytest.mark.parametrize("cls", [Radon, FanBeamRadon])
def test_a_detector_that_cannot_see_the_whole_object_is_refused(cls):
    def unmet(offset, degrees):
        scan = cls((1, 32, 32), tuple(np.arange(0.0, degrees, 2.0)), detectors=32, offset=offset)
        return FilteredBackprojection().unmet(Problem(scan, Gaussian(), Zero(), torch.zeros(1, *scan.out_shape)))

    assert not unmet(-14.0, 360) and not unmet(2.0, 250)
    assert "views over 360 degrees for a detector that ends near the axis, not 250" in unmet(-14.0, 250)
    assert "sees the axis of rotation, which falls 4.5 bins beside its end" in unmet(20.0, 360)


def test_what_is_no_scan_is_refused_in_a_sentence():
    problem = Problem(GaussianBlur((1, 8, 8)), Gaussian(), Zero(), torch.zeros(1, 1, 8, 8))
    assert "projections at angles, which GaussianBlur does not make" in FilteredBackprojection().unmet(problem)


def solved(operator, noise, y, method):
    *_, last = iterate(Problem(operator, noise, Zero(), y), method)
    return last.x


def blurred(seed: int = 0) -> tuple[GaussianBlur, torch.Tensor, torch.Tensor]:
    """A picture of white numbers around 5, blurred, with noise."""
    blur = GaussianBlur((1, 64, 64), 0.8)
    x = 5 + 2 * torch.randn(2, 1, 64, 64, dtype=torch.float64, generator=stream(seed, "x"))
    return blur, x, blur(x) + 0.3 * torch.randn(x.shape, dtype=torch.float64, generator=stream(seed, "noise"))


@pytest.mark.parametrize("ratio", [0.3, 1e-3])
def test_the_wiener_filter_is_its_formula_in_fourier_modes(ratio):
    blur, _, y = blurred()
    point = torch.zeros(1, 1, 64, 64, dtype=torch.float64)
    point[..., 0, 0] = 1
    h = np.fft.fft2(blur(point).numpy())
    m = y.numpy().mean((1, 2, 3), keepdims=True)
    wanted = m + np.fft.ifft2(h.conj() * np.fft.fft2(y.numpy() - m) / (np.abs(h) ** 2 + ratio)).real
    np.testing.assert_allclose(solved(blur, Gaussian(0.3), y, WienerDeconvolution(ratio)).numpy(), wanted, atol=1e-10)


def test_no_ratio_does_better_than_that_of_the_variances():
    blur, x, y = blurred()
    best, *others = (
        float((solved(blur, Gaussian(0.3), y, WienerDeconvolution(0.3**2 / 2**2 * factor)) - x).square().mean())
        for factor in (1, 1 / 3, 3)
    )
    assert min(others) > 1.005 * best


def through_modes(blur, y):
    """A's eigenvalues, and the data's coefficients without the mean, in an orthonormal basis, by NumPy."""
    point = torch.zeros_like(y[:1])
    point[..., 0, 0] = 1
    return np.fft.fft2(blur(point).numpy()[0, 0]), np.fft.fft2((y - y.mean()).numpy()[0, 0], norm="ortho")


def test_without_a_ratio_the_filter_leaves_the_noise_that_it_does_not_pass():
    """The root of that equation by SciPy, each item with its own."""
    blur = GaussianBlur((1, 48, 40), 1.2)
    x = torch.cat([truth("camera", 48)[..., :40], 0.3 * truth("coins", 48)[..., :40]]).double()
    y = blur(x) + 0.05 * torch.randn(x.shape, dtype=torch.float64, generator=stream(0, "noise"))
    found = solved(blur, Gaussian(0.05), y, WienerDeconvolution())
    for i in range(2):
        h, coefficients = through_modes(blur, y[i : i + 1])

        def excess(log: float, h=h, coefficients=coefficients) -> float:
            stopped = 1 / (1 + np.abs(h) ** 2 / math.exp(log))
            return float(np.sum(np.abs(coefficients) ** 2 * stopped**2) - 0.05**2 * np.sum(stopped))

        log: Any = brentq(excess, math.log(1e-6), math.log(1e3))
        told = math.exp(log)
        wanted = solved(blur, Gaussian(0.05), y[i : i + 1], WienerDeconvolution(told))
        np.testing.assert_allclose(found[i : i + 1], wanted, atol=1e-3 * float(wanted.std()))


@pytest.mark.parametrize("name", ["camera", "coins", "astronaut", "brick"])
@pytest.mark.parametrize("width", [0.0, 0.8, 2.5])
@pytest.mark.parametrize("sigma", [0.01, 0.15])
def test_without_a_ratio_a_picture_is_nearly_as_good_as_with_the_best_one(name, width, sigma):
    """Beside the best of 61 ratios, told by the truth; 45 others lost 14 % at most."""
    x = truth(name, 48).mean(1, keepdim=True).double()
    blur = GaussianBlur(tuple(x.shape[1:]), width) if width else Identity(tuple(x.shape[1:]))
    y = blur(x) + sigma * torch.randn(x.shape, dtype=torch.float64, generator=stream(0, "noise"))
    best, own = (
        min(float((solved(blur, Gaussian(sigma), y, WienerDeconvolution(ratio)) - x).norm()) for ratio in ratios)
        for ratios in ([10 ** (k / 7 - 5) for k in range(61)], [None])
    )
    assert own < 1.2 * best


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_without_a_ratio_a_flat_spectrum_is_filtered_by_its_variances(dtype):
    blur, x, y = blurred()
    found = solved(blur, Gaussian(0.3), y.to(dtype), WienerDeconvolution())
    right = solved(blur, Gaussian(0.3), y, WienerDeconvolution(0.3**2 / 2**2))
    assert float((found - x).norm()) < 1.005 * float((right - x).norm())


def test_what_no_signal_can_make_of_the_data_does_not_tell_the_ratio():
    """Differences are twice as many as pixels: the chance in those that no picture has would hide the root.

    What is left is that of the few modes that are seen badly, from which the ratio is known to some ten per cent.
    """
    gradient = Gradient((1, 32, 24))
    x = torch.randn(1, 1, 32, 24, dtype=torch.float64, generator=stream(0, "x"))
    for seed in range(4):
        noise = torch.randn(1, *gradient.out_shape, dtype=torch.float64, generator=stream(seed, "noise"))
        found, right = (
            solved(gradient, Gaussian(0.1), gradient(x) + 0.1 * noise, WienerDeconvolution(ratio)) - (x - x.mean())
            for ratio in (None, 0.1**2)
        )
        assert float(found.norm()) < 1.03 * float(right.norm())


def test_the_wiener_filter_keeps_the_scale_and_what_is_only_noise_becomes_its_mean():
    blur = GaussianBlur((1, 32, 32), 1.5)
    flat = torch.full((1, 1, 32, 32), 0.01, dtype=torch.float64)
    np.testing.assert_allclose(solved(blur, Gaussian(1e-3), blur(flat), WienerDeconvolution(0.5)), 0.01, rtol=1e-9)
    quiet = blur(flat) + 1e-4 * torch.randn(flat.shape, dtype=torch.float64, generator=stream(0, "noise"))
    found = solved(blur, Gaussian(1e-3), quiet, WienerDeconvolution())
    np.testing.assert_allclose(found, float(quiet.mean()), rtol=1e-9)


def test_what_the_wiener_filter_cannot_do_is_refused_in_a_sentence():
    radon, blur = Radon((1, 8, 8), 4), GaussianBlur((1, 8, 8))
    unmet = WienerDeconvolution().unmet(Problem(radon, Gaussian(), Zero(), torch.zeros(1, *radon.out_shape)))
    assert "A*A with known modes, which Radon does not have" in unmet
    assert WienerDeconvolution().unmet(Problem(blur, Poisson(), Zero(), torch.ones(1, 1, 8, 8)))


@pytest.mark.parametrize("centred", [False, True])
def test_the_root_of_the_sum_of_squares_of_coils_is_the_size_of_the_picture(centred):
    x = torch.randn(2, 1, 16, 12, dtype=torch.complex128, generator=stream(0, "x"))
    whole = MultiCoilFourier((1, 16, 12), 5, keep=1.0, centred=centred)
    np.testing.assert_allclose(solved(whole, Gaussian(0.1), whole(x), RootSumOfSquares()), x.abs(), atol=1e-12)
    part = MultiCoilFourier((1, 16, 12), 5, keep=0.5, centred=centred)
    y = part(x).numpy()
    axes = (-2, -1)
    images = np.fft.ifft2(np.fft.ifftshift(y, axes), norm="ortho")
    images = np.fft.fftshift(images, axes) if centred else images
    wanted = np.sqrt((np.abs(images) ** 2).sum(1, keepdims=True))
    np.testing.assert_allclose(solved(part, Gaussian(0.1), part(x), RootSumOfSquares()).real, wanted, atol=1e-12)
    problem = Problem(GaussianBlur((1, 8, 8)), Gaussian(), Zero(), torch.zeros(1, 1, 8, 8))
    assert "k-space of coils, which GaussianBlur has not" in RootSumOfSquares().unmet(problem)


@pytest.mark.parametrize("seed", range(4))
def test_the_ratio_is_that_of_double_precision_for_data_in_single_precision(seed):
    """A wide blur, whose modes fall below the rounding of single precision: it once took r = 3e-8 for 1e-2."""
    blur, picture = GaussianBlur((1, 64, 64), 1.5), truth("camera", 64)
    single = Problem.simulate(blur, Gaussian(0.02), Zero(), picture, seed)
    double = Problem(blur, Gaussian(0.02), Zero(), single.y.double())
    one, other = (list(iterate(p, WienerDeconvolution()))[-1].x for p in (single, double))
    assert one.dtype == torch.float32 and (one - other).norm() < 1e-4 * other.norm()
    assert (one - picture).norm() < 1.3 * (single.y - picture).norm()


def test_the_picture_before_the_one_step_is_0_where_the_noise_may_have_such_data():
    blur = GaussianBlur((1, 16, 16), 1.0)
    y = blur(truth("camera", 16))
    first, last = iterate(Problem(blur, Gaussian(0.1), Zero(), y), WienerDeconvolution())
    assert not first.x.any() and last.x.any()
    lit = Problem(blur, Lit(0.1), Zero(), y)
    assert next(iter(iterate(lit, WienerDeconvolution()))).x.any()


class Lit(Gaussian):
    """Noise that no data without light have."""

    def nll(self, clean, y):
        return super().nll(clean, y) + (math.inf if not clean.any() else 0)
