"""The plane of a reconstruction in closed form: known values, real algorithms, ensembles."""

import math
from itertools import islice

import pytest
import torch
from torch import Tensor

from workbench import algorithms, noise, priors
from workbench.analysis.information import GaussianClosedForm, immse
from workbench.analysis.information.bottleneck import Bottleneck
from workbench.analysis.information.channel import GaussianChannel, modes, of_matrix, of_operator
from workbench.analysis.information.filters import (
    ChebyshevFilter,
    Filter,
    FrozenConjugateGradients,
    HeavyBallFilter,
    LandweberFilter,
    NuclearBiasFilter,
    OwnReconstructions,
    SelfDistillation,
    SpectralBiasFilter,
    TikhonovFilter,
    TruncatedSVD,
    WienerFilter,
    ZeroFilling,
)
from workbench.analysis.information.plane import FixedTau, RelativeTau, path
from workbench.operators import GaussianBlur, Map, Radon
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import generator, normal_like, stream

BITS = math.log(2)
FILTERS = [
    WienerFilter(),
    TikhonovFilter(),
    TruncatedSVD(5),
    NuclearBiasFilter(),
    SpectralBiasFilter(),
    SelfDistillation(),
    OwnReconstructions(0.3),
    ZeroFilling(),
    LandweberFilter(),
    HeavyBallFilter(),
    ChebyshevFilter(),
    FrozenConjugateGradients(),
]


def blur(n: int = 64) -> GaussianChannel:
    """A periodic blur of standard deviation 2 and signals of variance 1/(1 + (f/4)^2)."""
    f = torch.minimum(torch.arange(n), n - torch.arange(n)).double()
    kernel = torch.exp(-(f**2) / 8)
    return modes(torch.fft.fft(kernel / kernel.sum()).real, 1 / (1 + (f / 4) ** 2), 0.05)


def matrix(m: int = 7, n: int = 6) -> tuple[Tensor, Tensor]:
    """A matrix and a covariance that share no basis."""
    a, root = (normal_like(torch.zeros(k, n, dtype=torch.float64), generator(3, k)) for k in (m, n + 3))
    return a, root.T @ root / n


BLUR = blur()


def test_the_known_table():
    found = path(BLUR, LandweberFilter(1.0), 30)
    assert found.ceiling == pytest.approx(56.9848611706, abs=1e-9)
    for k, i_x, i_y, error in ((1, 53.559202, 85.477518, 0.065453), (30, 56.716727, 150.196524, 0.033927)):
        assert (float(found.i_x[k]), float(found.i_y[k])) == pytest.approx((i_x, i_y), abs=1e-6)
        assert float(found.mean_square_error[k]) == pytest.approx(error, abs=1e-6)
    assert (found.i_x[0], found.i_y[0]) == (0, 0)
    torch.testing.assert_close(found.i_x + found.memorised, found.i_y, rtol=1e-12, atol=1e-12)


def by_determinants(a: Tensor, c: Tensor, sigma: float, r: Tensor, tau: float) -> tuple[float, float, float]:
    """(I(x;T), I(y;T), I(y;T|x)) in bits as the formulas stand, with matrices of the whole."""
    eye = torch.eye(len(r), dtype=r.dtype)
    s = r @ (a @ c @ a.T + sigma**2 * torch.eye(len(a), dtype=a.dtype)) @ r.T + tau**2 * eye
    rest = sigma**2 * r @ r.T + tau**2 * eye
    i_x = (torch.logdet(s) - torch.logdet(rest)) / 2
    i_y = (torch.logdet(s) - len(r) * math.log(tau**2)) / 2
    return float(i_x) / BITS, float(i_y) / BITS, float(torch.logdet(rest / tau**2)) / 2 / BITS


@pytest.mark.parametrize("shape", [(7, 6), (4, 6)], ids=["tall", "wide"])
@pytest.mark.parametrize("step", [None, 0.02])
def test_any_matrix_and_covariance(shape, step):
    a, c = matrix(*shape)
    channel = of_matrix(a, c, 0.3)
    assert channel.prior_power == pytest.approx(float(torch.trace(c)), rel=1e-12)
    found = path(channel, LandweberFilter(step), 6, FixedTau(0.05))
    rate = 1 / float(torch.linalg.matrix_norm(a, 2)) ** 2 if step is None else step
    r = torch.zeros(6, shape[0], dtype=torch.float64)
    for k in range(7):
        wanted = by_determinants(a, c, 0.3, r, 0.05)
        assert (found.i_x[k], found.i_y[k], found.memorised[k]) == pytest.approx(wanted, abs=1e-9)
        bias = r @ a - torch.eye(6)
        error = torch.trace(bias @ c @ bias.T) + 0.09 * r.square().sum()
        assert float(found.mean_square_error[k]) == pytest.approx(float(error) / 6, rel=1e-10)
        r = r + rate * a.T @ (torch.eye(shape[0]) - a @ r)
    whole = torch.logdet(torch.eye(shape[0], dtype=a.dtype) + a @ c @ a.T / 0.09) / 2 / BITS
    assert found.ceiling == pytest.approx(float(whole), rel=1e-10)


def test_modes_are_a_diagonal_matrix():
    """Two routes through the code: blocks of one, and one block."""
    gains, spectrum = BLUR.gains[::7, 0], BLUR.covariance[::7, 0, 0]
    dense = of_matrix(gains.diag(), spectrum.diag(), 0.05)
    for algorithm in FILTERS[:-1]:
        one, other = (path(c, algorithm, 5) for c in (modes(gains, spectrum, 0.05), dense))
        for name in ("i_x", "i_y", "mean_square_error", "gaps"):
            torch.testing.assert_close(getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-9)


def test_an_operator_by_its_modes_is_its_matrix():
    operator, side = GaussianBlur((1, 5, 6), 1.2), 30
    f = [torch.fft.fftfreq(n, 1 / n, dtype=torch.float64) for n in (5, 6)]
    spectrum = (1 / (1 + f[0][:, None] ** 2 + f[1] ** 2))[None]
    eye = torch.eye(side, dtype=torch.float64).reshape(side, 1, 5, 6)
    covariance = torch.fft.ifft2(spectrum * torch.fft.fft2(eye)).real.reshape(side, side)
    by_matrix = of_matrix(operator(eye).reshape(side, side).T, covariance, 0.1)
    by_modes = of_operator(operator, spectrum, 0.1)
    for algorithm in (WienerFilter(), LandweberFilter()):
        one, other = (path(c, algorithm, 3) for c in (by_modes, by_matrix))
        for name in ("i_x", "i_y", "mean_square_error", "gaps"):
            torch.testing.assert_close(getattr(one, name), getattr(other, name), rtol=1e-8, atol=1e-8)
    with pytest.raises(Refusal, match="Radon, which is not"):
        of_operator(Radon((1, 8, 8), 5), spectrum, 0.1)
    with pytest.raises(Refusal, match="a variance for each of 1 x 5 x 6 modes"):
        of_operator(operator, spectrum[0], 0.1)


def test_a_sampled_twin_agrees():
    a, c = matrix()
    channel = of_matrix(a, c, 0.3)
    x = torch.randn(20_000, 6, generator=generator(0, 0), dtype=torch.float64) @ torch.linalg.cholesky(c).T
    y = x @ a.T + 0.3 * torch.randn(20_000, 7, generator=generator(0, 1), dtype=torch.float64)
    weight = 0.05
    r = torch.linalg.solve(a.T @ a + weight * torch.eye(6), a.T)
    t = y @ r.T + 0.2 * torch.randn(20_000, 6, generator=generator(0, 2), dtype=torch.float64)
    found = path(channel, TikhonovFilter(weight), 0, FixedTau(0.2))
    for known, side in ((found.i_x, x), (found.i_y, y)):
        assert GaussianClosedForm()(side, t) / BITS == pytest.approx(float(known[0]), abs=0.06)


def problem() -> tuple[Problem, GaussianChannel]:
    """A dense problem whose data are those that FrozenConjugateGradients(0) draws in the singular basis."""
    gains = torch.linspace(0.2, 1, 8, dtype=torch.float64)
    channel = modes(gains, torch.linspace(1, 2, 8).double(), 0.1)
    operator = Map(((1, 8), (1, 8)), lambda x: x * gains.to(x), lambda x: x * gains.to(x))
    rng = stream(0, "y of a filter")
    signal = channel.covariance[:, 0, 0].sqrt() * normal_like(gains[:, None], rng)[:, 0]
    y = gains * signal + 0.1 * normal_like(gains[:, None], rng)[:, 0]
    return Problem(operator, noise.Gaussian(0.1), priors.Zero(), y[None, None]), channel


@pytest.mark.parametrize(
    ("algorithm", "filter_"),
    [
        (algorithms.GradientDescent(0.7 * 0.01), LandweberFilter(0.7)),
        (algorithms.HeavyBall(0.7 * 0.01, 0.6, safe=False), HeavyBallFilter(0.6, 0.7)),
        (algorithms.ConjugateGradient(), FrozenConjugateGradients()),
    ],
    ids=lambda a: type(a).__name__,
)
def test_filters_are_the_algorithms(algorithm, filter_: Filter):
    """R_k y is the k-th iterate from 0; a step of the likelihood is one of |A x - y|^2 / 2 times sigma^2."""
    posed, channel = problem()
    states = islice(iterate(posed, algorithm, torch.zeros(1, 1, 8, dtype=torch.float64)), 7)
    for state, filters in zip(states, filter_.matrices(channel, 6), strict=True):
        wanted = filters[:, 0, 0] * posed.y[0, 0]
        torch.testing.assert_close(state.x[0, 0], wanted, rtol=1e-9, atol=1e-11)


def test_chebyshev_is_its_polynomial():
    channel = modes(torch.linspace(0.1, 1, 50).double(), torch.ones(50), 0.1)
    t, low = channel.gains[:, 0] ** 2, 0.04

    def chebyshev(k: int, z: Tensor) -> Tensor:
        return torch.where(z.abs() <= 1, torch.cos(k * z.clamp(-1, 1).acos()), torch.cosh(k * z.clamp_min(1).acosh()))

    for k, filters in enumerate(ChebyshevFilter(low).matrices(channel, 12)):
        middle = torch.tensor([(1 + low) / (1 - low)], dtype=torch.float64)
        wanted = chebyshev(k, (1 + low - 2 * t) / (1 - low)) / chebyshev(k, middle)
        torch.testing.assert_close(1 - filters[:, 0, 0] * channel.gains[:, 0], wanted, rtol=1e-9, atol=1e-12)


def test_wiener_has_the_least_error_and_loses_nothing_but_to_tau():
    least = path(BLUR, WienerFilter(), 0, FixedTau(1e-9))
    assert float(least.i_x[0]) == pytest.approx(least.ceiling, abs=1e-3)
    for algorithm in FILTERS:
        assert bool((path(BLUR, algorithm, 40).mean_square_error >= least.mean_square_error - 1e-12).all())


@pytest.mark.parametrize("algorithm", FILTERS, ids=lambda a: type(a).__name__)
def test_no_path_crosses_the_bottleneck_or_the_ceiling(algorithm):
    for channel in (BLUR, of_matrix(*matrix(), 0.3)):
        found = path(channel, algorithm, 30)
        assert bool((found.gaps >= -1e-9).all()) and bool((found.i_x <= found.ceiling + 1e-9).all())
        assert found.gap == float(found.gaps[found.best])
        assert bool((found.i_x <= found.i_y + 1e-12).all()) and bool((found.memorised >= 0).all())


def test_the_bottleneck_curve():
    """Its parametric form, its slope 1/beta, its end at the ceiling, and a search over noisy copies of two modes."""
    curve = BLUR.bottleneck()
    for beta in (1.5, 3.0, 30.0):
        (i_x, i_y), step = curve.point(beta), 1e-5
        assert float(curve.best(torch.tensor([i_y], dtype=torch.float64))) == pytest.approx(i_x, abs=1e-10)
        ahead, behind = curve.best(torch.tensor([i_y + step, i_y - step], dtype=torch.float64))
        assert float(ahead - behind) / (2 * step) == pytest.approx(1 / beta, rel=1e-4)
    ends = curve.best(torch.tensor([0.0, 3000.0], dtype=torch.float64)).tolist()
    assert ends == pytest.approx([0, BLUR.ceiling()], abs=1e-6) and curve.point(1.0) == (0, 0)
    two = Bottleneck(torch.tensor([9.0, 1.5], dtype=torch.float64))
    share = torch.linspace(0, 1, 2001, dtype=torch.float64)
    # A mode given r nats about y keeps ln((1 + snr) / (1 + snr exp(-2 r))) / 2 about x.
    r = torch.stack([share, 1 - share]) * 1.3
    snr = two.snr[:, None]
    kept = (((1 + snr) / (1 + snr * (-2 * r).exp())).log() / 2).sum(0)
    best = float(two.best(torch.tensor([1.3 / BITS], dtype=torch.float64)))
    assert best == pytest.approx(float(kept.max()) / BITS, abs=1e-6)
    unseen = Bottleneck(torch.cat([two.snr, two.snr.new_zeros(3)]))  # what no datum tells of changes nothing
    assert float(unseen.best(torch.tensor([1.3 / BITS], dtype=torch.float64))) == pytest.approx(best, abs=1e-12)


def test_a_fixed_tau_hides_over_fitting_and_a_relative_one_shows_it():
    fixed, relative = (path(BLUR, LandweberFilter(), 3000, rule) for rule in (FixedTau(), RelativeTau(0.3)))
    assert bool((fixed.i_x.diff() > -1e-9).all()) and 0 < fixed.best < 3000
    peak = int(relative.i_x.argmax())
    assert 0 < peak < 3000 and relative.mean_square_error[peak] < 1.2 * relative.mean_square_error.min()
    assert "rms" in relative.rule and "rms" not in fixed.rule
    assert relative.tau[0] == 0 == relative.i_x[0] and relative.tau[-1] > relative.tau[1]


def test_conjugate_gradients_say_that_their_ritz_values_are_frozen():
    assert "frozen" in path(BLUR, FrozenConjugateGradients(), 3).caveat and not path(BLUR, LandweberFilter(), 3).caveat


def test_information_is_half_the_area_under_the_error():
    snr, variance = torch.logspace(-6, 3, 2000).double(), 2.0
    wanted = (1 + variance * snr).log() / 2
    torch.testing.assert_close(immse.information(snr, variance / (1 + variance * snr)), wanted, rtol=1e-4, atol=1e-9)
    x = math.sqrt(variance) * torch.randn(4000, 1, 8, generator=generator(0, 0))
    sigmas = torch.tensor([2.0, 0.5])
    found = immse.errors(lambda y, sigma: y * variance / (variance + sigma**2), x, sigmas)
    torch.testing.assert_close(found, 8 * variance / (1 + variance / sigmas**2), rtol=0.03, atol=0)


def test_bad_channels_are_refused():
    one = torch.ones(3)
    with pytest.raises(Refusal, match="a gain and a variance for each mode"):
        modes(one, torch.ones(4), 0.1)
    with pytest.raises(Refusal, match="sigma > 0"):
        modes(one, one, 0.0)
    with pytest.raises(Refusal, match="variances >= 0"):
        modes(one, -one, 0.1)
    with pytest.raises(Refusal, match="NaN"):
        modes(one * math.nan, one, 0.1)
    with pytest.raises(Refusal, match="a signal that reaches the data"):
        modes(one, 0 * one, 0.1)
    with pytest.raises(Refusal, match="a step below 2"):
        path(modes(one, one, 0.1), LandweberFilter(2.5), 3)
    with pytest.raises(Refusal, match="ascending"):
        immse.information(torch.tensor([2.0, 1.0]), torch.ones(2))
