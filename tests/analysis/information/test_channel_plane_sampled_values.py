"""The plane of a reconstruction, exact and sampled, in numbers that are known in closed form."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.tables import column
from workbench.analysis.information import (
    KSG,
    PCA,
    GaussianClosedForm,
    immse,
)
from workbench.analysis.information.bottleneck import Bottleneck
from workbench.analysis.information.calibration import CalibrationReading
from workbench.analysis.information.channel import log_det, modes, of_matrix, of_operator
from workbench.analysis.information.ensembles import Codebook, Drawn, GaussianRandomField
from workbench.analysis.information.paths import ClosedForm, Denoised, Track, denoised, matched
from workbench.analysis.information.plane import FixedTau, RelativeTau, path
from workbench.analysis.information.sampled import PlanePoint, PlaneSampling, SampledPath, sampled_plane
from workbench.analysis.information.tasks import (
    BivariateNormal,
)
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity
from workbench.priors import SmoothedTotalVariation, Tikhonov
from workbench.problem import Problem
from workbench.refusal import Refusal

LN2, INF, NAN = math.log(2), math.inf, math.nan


def test_a_channel_of_two_modes_has_the_information_of_both():
    """ln(1 + s^2 c / sigma^2) / 2 each: s = 2, 1; c = 3, 4; sigma = 2: ratios 3 and 1."""
    made = modes(column(-2, 1), column(3, 4), 2.0)
    assert made.gains.flatten().tolist() == [2, 1] and made.prior_power == 7
    assert made.ceiling() == pytest.approx((2 + 1) / 2)
    assert made.bottleneck().snr.tolist() == [3, 1]
    assert made.wiener().flatten().tolist() == pytest.approx([6 / 16, 4 / 8])
    assert made.mean_square_error(made.wiener()) == pytest.approx((3 / 4 + 4 / 2) / 2)
    assert made.mean_square_error(0 * made.wiener()) == 3.5
    assert made.data().flatten().tolist() == [16, 8] and made.wiener(more=4.0).flatten().tolist() == pytest.approx(
        [6 / 20, 4 / 12]
    )
    assert made.data(2 * made.covariance).flatten().tolist() == [28, 12]
    same = of_matrix(torch.diag(column(2, 1)), torch.diag(column(3, 4)), 2.0)
    assert same.ceiling() == pytest.approx(1.5) and same.gains.tolist() == [[2, 1]]
    wide = of_matrix(column(2, 0)[None], torch.eye(2).double(), 1.0)
    assert wide.gains.tolist() == [[2, 0]] and wide.ceiling() == pytest.approx(math.log2(5) / 2)
    blurred = of_operator(GaussianBlur((1, 8), 1.0), torch.ones(1, 8, dtype=torch.float64), 0.5)
    assert blurred.gains.flatten().sort().values.tolist() == pytest.approx(
        GaussianBlur((1, 8), 1.0).transfer().flatten().abs().sort().values.tolist(), rel=1e-5
    )
    for wrong, said in ((lambda: modes(column(1), column(1, 2), 1.0), "a gain and a variance for each mode"),
                        (lambda: modes(column(1), column(-1), 1.0), "variances >= 0"),
                        (lambda: modes(column(1), column(1), 0.0), "noise with sigma > 0"),
                        (lambda: modes(column(0), column(1), 1.0), "a signal that reaches the data"),
                        (lambda: modes(column(1), column(0), 1.0), "a signal that reaches the data"),
                        (lambda: of_matrix(torch.eye(2), torch.eye(3), 1.0), "a matrix .m, n. and a covariance"),
                        (lambda: of_operator(Identity((1, 4)), torch.ones(1, 3), 1.0),
                         "a variance for each of")):  # fmt: skip
        with pytest.raises(Refusal, match=said):
            wrong()
    assert log_det(torch.diag(column(2, 3))[None]).tolist() == pytest.approx([math.log(6)]) and log_det(
        column(5)[None, None]
    ).item() == pytest.approx(math.log(5))


def test_the_bottleneck_of_one_mode_is_its_curve_and_of_two_begins_with_the_clearer():
    """I(x;T) of I(y;T) = r bits: -log2(2^-2r + lambda (1 - 2^-2r)) / 2, 1 - lambda = snr / (1 + snr)."""
    one, r = Bottleneck(column(3)), column(0, 0.5, 1, 4)
    share = 2 ** (-2 * r)
    expected = -(share + (1 - share) / 4).log2() / 2
    torch.testing.assert_close(one.best(r), expected)
    assert float(one.best(column(40))) == pytest.approx(1), "the ceiling, log2(1 + 3) / 2"
    torch.testing.assert_close(one.gap(column(0, 0, 0, 0), r), expected)
    both = Bottleneck(column(0.5, 3, 0))
    torch.testing.assert_close(both.best(r[:2]), expected[:2])
    assert float(both.best(column(4))) > float(expected[3])
    i_x, i_y = both.point(4.0)
    assert float(both.best(column(i_y))) == pytest.approx(i_x) and i_y > 0
    assert both.point(1.2) == (0, 0) and both.point(2.0) == one.point(2.0)
    slope = float(both.best(column(i_y + 1e-4)) - both.best(column(i_y - 1e-4))) / 2e-4
    assert slope == pytest.approx(1 / 4, rel=1e-3)
    assert Bottleneck(column(0, 0)).best(r).tolist() == [0] * 4


def test_a_point_of_the_plane_is_what_a_reading_with_noise_knows():
    """R = 1/2 of gain 2, variance 3, noise 2, tau 1: signal 3, noise 1, and the reader's 1."""
    channel = modes(column(2), column(3), 2.0)
    halved = SimpleNamespace(
        matrices=lambda channel, steps: iter([torch.full((1, 1, 1), 0.5).double()] * 17), caveat="so"
    )
    found = path(channel, halved, resolution=FixedTau(1.0))
    assert len(found.i_x) == 17 and found.caveat == "so" and found.rule == "tau = 1"
    assert (float(found.i_y[0]), float(found.memorised[0]), float(found.i_x[0])) == pytest.approx(
        (math.log2(5) / 2, 0.5, (math.log2(5) - 1) / 2)
    )
    assert float(found.mean_square_error[3]) == pytest.approx(1) and found.ceiling == pytest.approx(1)
    assert found.gap == pytest.approx(float(channel.bottleneck().best(found.i_y[:1])[0] - found.i_x[0]))
    relative = path(channel, halved, resolution=RelativeTau(0.5))
    assert float(relative.tau[0]) == pytest.approx(0.5 * 2) and relative.rule == "tau = 0.5 rms(T)"
    nothing = SimpleNamespace(matrices=lambda channel, steps: iter([torch.zeros(1, 1, 1).double()]), caveat="")
    silent = path(channel, nothing, resolution=RelativeTau(0.5))
    assert (float(silent.i_x[0]), float(silent.i_y[0]), float(silent.memorised[0])) == (0, 0, 0)
    assert float(silent.mean_square_error[0]) == 3 and silent.best == 0


def test_information_is_half_the_area_under_the_error():
    """One mode of variance c: mmse c / (1 + g c), and ln(1 + g c) / 2."""
    g = torch.logspace(-6, 3, 4001, dtype=torch.float64)
    torch.testing.assert_close(immse.information(g, 2 / (1 + 2 * g)), (1 + 2 * g).log() / 2, rtol=1e-4, atol=1e-6)
    assert immse.information(column(1, 2), column(4, 2)).tolist() == pytest.approx([2, 2 + 2 * LN2])
    for snr, errors in (
        (column(1), column(1)),
        (column(2, 1), column(1, 1)),
        (column(0, 1), column(1, 1)),
        (column(1, 2), column(1)),
    ):
        with pytest.raises(Refusal, match="two or more ascending g > 0"):
            immse.information(snr, errors)
    assert immse.linear_errors(column(1, 3), column(1, 2)).tolist() == pytest.approx([0.5 + 0.75, 1 / 1.25 + 3 / 1.75])
    signals = torch.ones(4000, 1, 2, dtype=torch.float64)
    found = immse.errors(lambda y, sigma: y / (1 + sigma), signals, column(0.5, 1.0))
    assert found.tolist() == pytest.approx([2 * (1 / 3) ** 2 + 2 * (0.5 / 1.5) ** 2, 2 * 0.25 + 2 * 0.25], rel=0.05)


def _middle(values):
    return (values[1:] + values[:-1]) / 2


def test_a_denoiser_has_its_own_information_and_the_best_linear_one_that_of_the_ensemble():
    ensemble = GaussianRandomField(0.0)  # white, of variance 1: x / (1 + sigma^2) is best
    *_, last = denoised(Tikhonov(1.0), ensemble, (1, 4))
    assert (len(last.sigma), last.samples, last.most, last.exact, last.prior) == (18, 4, INF, True, "Tikhonov")
    np.testing.assert_allclose(last.linear, last.sigma**2 / (1 + last.sigma**2))
    np.testing.assert_allclose(last.error, last.linear, rtol=0.15)
    known = 2 * np.log2(1 + last.sigma**-2.0)  # the levels were summed alone, and were up to 5 % off
    np.testing.assert_allclose(last.linear_bits, known, rtol=1e-6)
    np.testing.assert_allclose(last.bits, known, rtol=0.1)
    # A denoiser that is not the best: x / (1 + 2 sigma^2) of variance 1 has the error (4 s^4 + s^2) / (1 + 2 s^2)^2.
    *_, worse = denoised(Tikhonov(2.0), ensemble, (1, 4))
    s = np.logspace(3, -2.5, 20001)
    area = np.concatenate([[0], np.cumsum(np.diff(s**-2.0) * _middle((4 * s**4 + s**2) / (1 + 2 * s**2) ** 2))])
    wanted = 2 * np.interp(-np.log(worse.sigma), -np.log(s), area) / LN2
    np.testing.assert_allclose(worse.bits, wanted, rtol=0.1)
    first, *_ = denoised(Tikhonov(), Codebook(4), (1, 4))
    assert (len(first.sigma), first.most, first.exact) == (2, 2, False)
    with pytest.raises(Refusal, match="a prior with a denoiser"):
        next(denoised(SmoothedTotalVariation(), ensemble, (1, 4)))


def test_a_path_says_its_least_error_and_a_denoiser_its_worst_level():
    track = Track(
        "CG", np.array([0, 3, 9]), *(np.zeros(3),) * 3, np.array([1.0, 0.25, 0.5]), np.zeros(3), 0.125, "Frozen."
    )
    assert track.best == 1 and track.sentence == (
        "CG: least mean square error 0.25 at k = 3, where it is 0.125 bits below the bottleneck curve. Frozen."
    )
    two = np.array([2.0, 0.5])
    told = Denoised("TV", 4, two, np.array([0.3, 0.8]), two, np.array([0.1, 0.4]), two, INF, True, False).sentence
    assert told.startswith(
        "TV's denoiser (MAP estimate, no posterior mean) leaves up to 3 times the error of the best there is for "
        "normal signals, at sigma = 2, and at best 2 times."
    )


def test_the_calibration_has_pairs_that_share_as_much_as_was_read():
    points = (PlanePoint(0, 0.0, 0.0, NAN, 1.0, 0.1), PlanePoint(2, 3.0, 4.0, NAN, 0.5, 0.1))
    made = matched(SampledPath(PlaneSampling(estimator=PCA(dimensions=3)), "", points=points), 64)
    assert made.dimensions == 3 and made.truth() == pytest.approx(3 * LN2, rel=1e-4)
    assert matched(SampledPath(PlaneSampling(estimator=KSG()), "", points=points), 64).dimensions == 64
    assert matched(SampledPath(PlaneSampling(), "", points=points[:1]), 2).truth() == pytest.approx(0.1, rel=1e-3)
    reading = CalibrationReading(BivariateNormal(), 9, 3.0, 2.75)
    assert reading.sentence == "this reads 2.75 where the truth is 3.00" and reading.error == -0.25
    assert reading.row == ("BivariateNormal()", 3.0, 2.75)
    refused = CalibrationReading(BivariateNormal(), 9, 3.0, None, "too few")
    assert refused.sentence == "this reads nothing where the truth is 3.00: too few" and refused.error is None
    assert ClosedForm().process("cosine") == GaussianRandomField(2.0, 4.0, "cosine")


def test_fields_have_the_spectrum_that_is_said_in_every_basis():
    """(1 + (f / corner)^2)^(-exponent / 2), f in periods across the signal."""
    periodic = GaussianRandomField(2.0, 1.0)
    assert periodic.spectrum((1, 4))[0].tolist() == pytest.approx([1, 1 / 2, 1 / 5, 1 / 2])
    assert GaussianRandomField(2.0, 1.0, "cosine").spectrum((1, 4))[0].tolist() == pytest.approx(
        [1, 1 / 1.25, 1 / 2, 1 / 3.25]
    )
    assert GaussianRandomField(1.0, 2.0, "pixels").spectrum((1, 3))[0].tolist() == pytest.approx(
        [1, 1.25**-0.5, 2**-0.5]
    )
    assert float(periodic.spectrum((2, 4, 4))[1, 1, 2]) == pytest.approx(1 / 6)
    for basis in ("fourier", "cosine", "pixels"):
        drawn = GaussianRandomField(2.0, 1.0, basis).sample(20_000, (1, 4)).signals
        assert float(drawn.square().sum(2).mean()) == pytest.approx(
            float(GaussianRandomField(2.0, 1.0, basis).spectrum((1, 4)).sum()), rel=0.03
        )
    book = Codebook(4).sample(50, (1, 4), 1)
    assert (
        len(torch.unique(book.signals, dim=0)) == 4
        and book.known is book.words
        and Drawn(book.signals).known is book.signals
    )
    assert bool((book.signals[book.words == 2] == book.signals[book.words == 2][0]).all())
    for wrong, said in (
        (lambda: Codebook(4).sample(3, (1, 4)), "as many samples as there are signals"),
        (lambda: periodic.sample(1, (1, 4)), "two signals or more"),
    ):
        with pytest.raises(Refusal, match=said):
            wrong()


def test_a_sampled_path_reads_every_few_iterations_and_at_the_end():
    like = Problem(Identity((1, 2)), Gaussian(0.5), Tikhonov(1.0), torch.zeros(1, 1, 2))
    from workbench.algorithms import GradientDescent

    sampling = PlaneSampling(GaussianRandomField(0.0), GaussianClosedForm(), FixedTau(0.1), 400, 5, 2)
    found = list(sampled_plane(like, GradientDescent(0.1), sampling))
    assert [p.k for p in found] == list(range(6)) and [p.k for p in found[-1].points] == [0, 2, 4, 5]
    first, *_, last = found[-1].points
    assert first.mean_square_error == pytest.approx(1, rel=0.1) and math.isnan(last.i_label) and last.tau == 0.1
    share = 1 - 0.5**5  # x_k = share y 4 / 5: the step is half of 1 / 5
    signal, noise = (share * 0.8) ** 2, (share * 0.8 * 0.5) ** 2
    assert last.i_x == pytest.approx(math.log2(1 + signal / (noise + 0.01)), rel=0.1)
    assert last.i_y == pytest.approx(math.log2(1 + (signal + noise) / 0.01), rel=0.1)
    made = found[-1].dataset()
    assert made["i_x"].values[-1] == last.i_x and made.attrs["units"] == "bits" and made.attrs["count"] == 400
    resting = PlaneSampling(GaussianRandomField(0.0), GaussianClosedForm(), RelativeTau(0.1), 400, 1, 1)
    begun = next(iter(sampled_plane(like, GradientDescent(0.1), resting)))
    assert (begun.points[0].i_x, begun.points[0].i_y, begun.points[0].tau) == (0, 0, 0)


class Labelled(GaussianRandomField):
    """Each signal belongs to one of two classes, by the sign of its first number."""

    def draw(self, count, shape, rng):
        drawn = super().draw(count, shape, rng)
        return replace(drawn, labels=(drawn.signals.flatten(1)[:, 0] > 0).long())


def test_where_nothing_is_reconstructed_yet_nothing_is_known_of_the_classes():
    from workbench.algorithms import GradientDescent

    like = Problem(Identity((1, 2)), Gaussian(0.5), Tikhonov(1.0), torch.zeros(1, 1, 2))
    sampling = PlaneSampling(Labelled(0.0), GaussianClosedForm(), RelativeTau(0.1), 60, 1, 1)
    *_, found = sampled_plane(like, GradientDescent(0.1), sampling)
    first, last = found.points
    assert (first.i_label, first.i_x, first.i_y) == (0, 0, 0)
    assert math.isnan(last.i_label) and found.note.startswith("The information on the classes cannot be read: ")
    *_, told = sampled_plane(like, GradientDescent(0.1), replace(sampling, estimator=KSG()))
    assert 0 < told.points[-1].i_label <= 1 and told.note == "", "one bit of two classes"
