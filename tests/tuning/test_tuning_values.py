"""What rules of the weight, intervals and learned parameters say, of paths and findings written out by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from tests.tables import table
from workbench.algorithms import ADMM, FISTA, MALA, PDHG, GradientDescent, ProximalGradient
from workbench.analysis.chains import ChainDiagnostics, ChainSamples, Interval, Moments, Sampling, Tally
from workbench.noise import Gaussian, Poisson
from workbench.operators import Identity
from workbench.parametrisations import Direct
from workbench.priors import L1, NonNegative, Sum, Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tuning import (
    GCV,
    SURE,
    ConformalCalibration,
    ConformalIntervals,
    DiscrepancyPrinciple,
    Evidence,
    GeneralisedSURE,
    LCurve,
    NoiseSpread,
    Oracle,
    PathPoint,
    PointSpread,
    QuasiOptimality,
    ResidualWhiteness,
    SelectorChoice,
    Tuning,
    Walk,
    WeightPath,
    WorstPerturbation,
    automatic,
    held_out_crops,
    read,
    unmoved,
    weights_in,
)
from workbench.tuning import quantifiers as found_by
from workbench.tuning.automatic import _too_short
from workbench.tuning.conformal import calibrated, fewest, pooled, rank
from workbench.tuning.linearised_minimum import LinearisedMinimum, rounded_over
from workbench.tuning.modes import closed_point, modes
from workbench.tuning.point_spread import full_width
from workbench.tuning.quantifiers import LaplaceApproximation, PosteriorDraws, SplitConformal
from workbench.tuning.scales import grid, require_weight, usual_weight, weighed
from workbench.tuning.selector import PathEnds, about_as_good, lowest
from workbench.tuning.selectors.discrepancy_principle import _crossed, crossing

INF, NAN = math.inf, math.nan
ONE = Problem(Identity((1, 2)), Gaussian(0.5), Tikhonov(), torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[0.5, 2.0]]]))


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def path(*points: tuple[float, ...], problem: Problem = ONE) -> WeightPath:
    """Points of (weight, misfit, prior, optimism), whose picture is (weight, 0)."""
    made = [
        PathPoint(
            w, torch.tensor([[[w, 0.0]]]), torch.tensor([[[w, 0.0]]]), misfit, prior, 2, optimism, optimism, optimism
        )
        for w, misfit, prior, optimism in points
    ]
    return WeightPath(problem, tuple(made))


def over(weights: Tensor) -> WeightPath:
    return path(*((float(w), 1.0, 1.0, 1.0) for w in weights))


# The lowest point of a curve.


@table("vertex", [0.7, 1.0, 1.2])
def test_the_lowest_point_is_that_of_the_parabola_over_the_logarithm(vertex):
    weights = 10 ** column(-1, 0, 1, 3)  # of unequal distances
    found = lowest(SURE(), over(weights), (weights.log10() - vertex).square() + 2)
    assert math.log10(found.weight) == pytest.approx(vertex)
    assert (
        found.reason == f"weight {found.weight:.3g}, where the estimated error of the data behind the noise is lowest"
    )
    assert (found.word, found.second) == ("sure", None)


@pytest.mark.parametrize(
    ("curve", "weight", "second"),
    [
        pytest.param([3, 1, 3, 2, 4], 1, 3, id="two_valleys"),
        pytest.param([3, 2, 3, 1, 4], 3, 1, id="the_lower_one_second"),
        pytest.param([3, 1, 4, 1, 3], 1, 3, id="as_low"),
        pytest.param([3, 1, INF, 2, 4], None, None, id="an_end_of_what_is_known"),
        pytest.param([NAN, 3, 1, 3, NAN], 2, None, id="inside"),
    ],
)
def test_a_second_valley_is_named(curve, weight, second):
    """Weights 10^0 to 10^4, whose exponents are the places."""
    weights = 10 ** column(0, 1, 2, 3, 4)
    values = column(*curve)
    if weight is None:
        with pytest.raises(PathEnds, match="still falls at weight 10, an end of the path"):
            lowest(SURE(), over(weights), values)
        return
    found = lowest(SURE(), over(weights), values)
    assert round(math.log10(found.weight)) == weight
    assert found.second == (None if second is None else 10.0**second)
    assert ("next to a second valley at" in found.reason) is (second is not None)


@pytest.mark.parametrize(
    ("curve", "low", "said"),
    [
        ([1, 2, 3, 4, 5], True, "take weights below 1"),
        ([5, 4, 3, 2, 1], False, "take weights above 1e[+]04"),
        ([1, 3, 2, 4, 5], True, "its best inside is 100: take weights below 1"),
    ],
    ids=["falls at the first", "at the last", "with a valley inside"],
)
def test_a_curve_that_falls_at_an_end_asks_for_more_there(curve, low, said):
    with pytest.raises(PathEnds, match=said) as refused:
        lowest(SURE(), over(10 ** column(0, 1, 2, 3, 4)), column(*curve))
    assert refused.value.low is low
    if "inside" in said:
        assert lowest(SURE(), over(10 ** column(0, 1, 2, 3, 4)), column(*curve), inside=True).weight < 1e3


def test_a_flat_curve_and_one_without_a_number_choose_nothing():
    weights = 10 ** column(0, 1, 2)
    with pytest.raises(
        Refusal, match="a flat one: take a wider range of weights, or another selector; its candidate is 10"
    ):
        lowest(SURE(), over(weights), column(1, 1 - 1e-4, 1))
    assert lowest(SURE(), over(weights), column(1, 1 - 2e-4, 1)).weight == pytest.approx(10)
    with pytest.raises(Refusal, match="no finite number on it"):
        lowest(SURE(), over(weights), column(NAN, INF, NAN))


@table(
    ("curve", "between"),
    [
        ([9, 1, 1.2, 1.2, 9, 9, 9], (1, 3)),
        ([1.3, 1, 1.5, 9, 9, 9, 9], (0, 1)),
        ([9, 9, 9, 9, 9, 1, 1.4], (5, 6)),
        ([1, 1, 1, 1, 1, 1, 1], (0, 6)),
        ([9, 1, 9, 1.2, 9, 9, 9], (1, 1)),
    ],
)
def test_weights_are_about_as_good_up_to_a_twentieth_of_the_way_to_the_median(curve, between):
    weights = column(*range(7))
    assert about_as_good(weights, column(*curve), int(column(*curve).argmin())) == between


# The rules.


def test_a_line_through_two_neighbours_crosses_in_logarithms():
    weights, curve = column(1, 100, 1e4), column(0.25, 1, 4)
    assert crossing(weights, curve, 2, 2.0) == pytest.approx(1000)
    assert crossing(weights, curve, 1, 0.5) == pytest.approx(10)
    assert crossing(weights, column(0, 1, 4), 1, 0.5) == 100, "from nothing there is no line in logarithms"
    assert crossing(weights, column(1, 1, 4), 1, 1.0) == 100
    assert [_crossed(weights, curve, level) for level in (0.1, 9.0)] == [1, 1e4]
    assert _crossed(weights, curve, 0.5) == pytest.approx(10)


def test_the_discrepancy_principle_leaves_the_noise_in_the_data():
    """The misfit of two Gaussian data at the truth is 1 on average, times tau squared."""
    found = DiscrepancyPrinciple().choose(path((1, 0.25, 1, 1), (100, 1, 1, 1), (1e4, 4, 1, 1)))
    assert found.weight == pytest.approx(100) and found.curve.tolist() == [0.25, 1, 4]
    assert found.between == pytest.approx((100 * 0.95 ** (1 / math.log(4, 100)), 100 * 1.05 ** (1 / math.log(4, 100))))
    assert found.reason == "weight 100, where the misfit is that of the noise"
    assert DiscrepancyPrinciple(tau=2.0).curve(path((1, 1, 1, 1))).tolist() == [0.25]
    for points, low, end in (((2.0, 3.0), True, "below 1"), ((0.1, 0.5), False, "above 100")):
        with pytest.raises(PathEnds, match=f"take weights {end}") as refused:
            DiscrepancyPrinciple().choose(path((1, points[0], 1, 1), (100, points[1], 1, 1)))
        assert refused.value.low is low
    assert "only Gaussian noise has one level to estimate" in DiscrepancyPrinciple(estimated=True).unmet(
        replace(ONE, noise=Poisson(), y=ONE.y)
    )


def test_risks_are_their_formulas_on_two_data():
    """y = (1, 2), sigma = 1/2, x = A x = (w, 0), optimism 1/4 and so a trace of 1."""
    at = path((1.0, 1, 1, 0.25), (2.0, 1, 1, 0.25), (4.0, 1, 1, 0.6))
    residuals = [(1 - w) ** 2 + 4 for w in (1, 2, 4)]
    assert GCV().curve(at).tolist() == pytest.approx([residuals[0] / 2 / 0.25, residuals[1] / 2 / 0.25, INF])
    assert SURE().curve(at).tolist() == pytest.approx([0.125, 0.125, 0.3])
    expected = [(r - 0.5 + 2 * o) / 2 for r, o in zip(residuals, (0.25, 0.25, 0.6), strict=True)]
    assert GeneralisedSURE().curve(at).tolist() == pytest.approx(expected)
    assert Oracle().curve(at).tolist() == pytest.approx([((w - 0.5) ** 2 + 4) / 2 for w in (1, 2, 4)])
    moved = QuasiOptimality().curve(at)
    assert math.isnan(moved[0]) and math.isnan(moved[2]) and float(moved[1]) == pytest.approx(3 / math.log(4))
    for rule in (SURE(), GCV()):
        with pytest.raises(Refusal, match="walk with derivative=True"):
            rule.curve(path((1.0, 1, 1, None)))
    assert [(r.log, r.derivative) for r in (SURE, GCV, GeneralisedSURE, Evidence, LCurve, Oracle, QuasiOptimality)] == [
        (False, True), (True, True), (False, True), (False, False), (False, False), (True, False), (True, False),
    ]  # fmt: skip


def test_the_evidence_of_two_normal_numbers_is_their_density():
    """y ~ N(0, sigma^2 + 1 / w): minus the logarithm of that."""
    found = []
    for w in (0.5, 4.0):
        own = replace(ONE, prior=Tikhonov(w))
        x = own.y * (1 / w) / (1 / w + 0.25)
        found.append(PathPoint(w, x, x, float(own.misfit(x).sum()), float(own.prior(x).sum())))
    variance = [0.25 + 1 / w for w in (0.5, 4.0)]
    expected = [math.log(2 * math.pi * v) + 5 / (2 * v) for v in variance]
    assert Evidence().curve(WeightPath(ONE, tuple(found))).tolist() == pytest.approx(expected, rel=1e-6)
    assert "take SURE" in Evidence().unmet(replace(ONE, prior=L1())) and Evidence().unmet(ONE) == ""


def test_whiteness_is_one_for_an_impulse_and_as_many_as_there_are_for_a_constant():
    """n sum of squares of the autocorrelation over its square at 0."""
    problem = Problem(Identity((1, 8)), Gaussian(1.0), Tikhonov(), torch.zeros(1, 1, 8))
    impulse, constant = torch.eye(8)[:1][None], torch.ones(1, 1, 8)
    points = [PathPoint(1.0 + i, clean, clean, 1, 1) for i, clean in enumerate((impulse, constant))]
    assert ResidualWhiteness().curve(WeightPath(problem, tuple(points))).tolist() == pytest.approx([1, 8])


def test_the_l_curve_is_sharpest_at_the_corner_of_a_hyperbola():
    """xi = log misfit and eta = log R on xi eta = 1: the curvature of a hyperbola is 1 / sqrt 2 at its corner."""
    t = torch.linspace(-0.6, 0.6, 13, dtype=torch.float64)
    points = []
    for s in t.tolist():
        w = math.exp(s)
        points.append((w, math.exp(math.exp(s)), w * math.exp(math.exp(-s)), 1.0))
    found = LCurve().choose(path(*points))
    assert found.weight == pytest.approx(1, rel=1e-3) and "the only corner of the L-curve" in found.reason
    bend = -LCurve().curve(path(*points))
    assert (
        float(bend[6]) == pytest.approx(2**-0.5, rel=0.01)
        and torch.isnan(bend[:2]).all()
        and torch.isnan(bend[-2:]).all()
    )
    straight = [(math.exp(s), math.exp(s), math.exp(s) * math.exp(-s), 1.0) for s in t.tolist()]
    with pytest.raises(Refusal, match="an L-curve with a corner"):
        LCurve().choose(path(*straight))
    assert LCurve().unmet(ONE) == ""


def test_the_first_rule_that_finds_a_weight_is_taken_and_says_why():
    falls = path((1, 0.1, 1, 0.25), (10, 0.2, 1, 0.25), (100, 0.3, 1, 0.25))
    with pytest.raises(PathEnds):
        read(falls, [DiscrepancyPrinciple()])
    assert _too_short(falls, [DiscrepancyPrinciple()]) is False
    assert _too_short(path((1, 2, 1, 1), (10, 3, 1, 1)), [DiscrepancyPrinciple()]) is True
    assert _too_short(over(column(1, 10, 100)), [LCurve()]) is None
    crosses = path((1, 0.5, 1, 0.25), (10, 1.0, 1, 0.25), (100, 3, 1, 0.25))
    assert _too_short(crosses, [DiscrepancyPrinciple()]) is None
    both = read(crosses, [LCurve(), DiscrepancyPrinciple()])
    assert list(both.selected) == ["discrepancy"] and list(both.refused) == ["l_curve"]
    assert list(read(crosses, [DiscrepancyPrinciple(), Oracle(), LCurve()], first=True).refused) == []
    assert both.reason.endswith(
        ": DiscrepancyPrinciple, since the average misfit of the noise is known; 3 weights took 6 iterations"
    )
    choice = SelectorChoice("sure", 0.123456, column(1), "weight 0.123", (0.1, 0.2))
    closed = Tuning(WeightPath(ONE, tuple(replace(p, steps=0) for p in crosses.points)), {"sure": choice}, {})
    assert closed.weight == 0.1235 and closed.chosen is choice
    assert closed.reason.endswith(
        "since the noise is known, and with it the error of the data behind it; 3 weights took no iteration, in closed "
        "form"
    )
    assert "as asked for" in Tuning(crosses, {"oracle": replace(choice, word="oracle")}, {}).reason
    assert isinstance(automatic(ONE).selector, SURE)


# Weights and paths.


def test_a_path_is_in_the_order_of_its_weights_and_the_nearest_is_so_by_a_factor():
    made = path((100, 1, 1, 1), (1, 1, 1, 1), (10, 1, 1, 1))
    assert made.weights.tolist() == [1, 10, 100] and made.steps == 6
    assert [made.nearest(w).weight for w in (0.01, 3.1, 3.2, 31, 32, 1e9)] == [1, 1, 10, 10, 100, 100]
    with pytest.raises(Refusal, match="an empty one"):
        WeightPath(ONE, ()).nearest(1.0)


def test_weights_stand_where_they_are_and_are_tried_about_the_usual_one():
    both = Sum(TotalVariation(3.0), Sum(NonNegative(), L1(0.5)))
    assert (
        weights_in(both) == ["first.weight", "second.second.weight"]
        and require_weight(both, "second.second.weight") == 0.5
    )
    assert weighed(both, 7.0, "first.weight").first.weight == 7
    with pytest.raises(Refusal, match=r"no number prior.weight: take prior.first.weight, prior.second.second.weight"):
        require_weight(both)
    assert grid(2.0, 5, 4.0) == pytest.approx([0.02, 0.2, 2, 20, 200])
    with pytest.raises(Refusal, match="at least 5 weights for a path, got 4"):
        grid(2.0, 4, 4.0)
    quadratic = Problem(Identity((1, 8)), Gaussian(0.5), Tikhonov(), torch.full((1, 1, 8), 2.0))
    assert usual_weight(quadratic) == pytest.approx(8 / (2 * 0.5 * 32)), "n / (p R) of the data themselves, p = 2"
    assert usual_weight(replace(quadratic, prior=L1())) == pytest.approx(8 / 16), "p = 1"
    assert usual_weight(replace(quadratic, y=torch.zeros(1, 1, 8), prior=L1(0.3))) == 0.3


def test_a_path_is_carried_on_by_half_beyond_one_end():
    walk, whole = Walk(count=12), over(10 ** torch.arange(12, dtype=torch.float64))
    assert walk.beyond(whole, None) == [] and walk.beyond(over(10 ** column(*range(11))), True) == []
    assert walk.beyond(whole, True) == pytest.approx([10.0**-k for k in range(1, 7)])
    assert walk.beyond(whole, False) == pytest.approx([10.0 ** (11 + k) for k in range(1, 7)])
    assert len(Walk(count=5).beyond(over(10 ** column(*range(5))), True)) == 5
    assert Walk(FISTA()).solver(ONE) == FISTA()
    for few in ([1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 2.0, 3.0, 4.0]):
        with pytest.raises(Refusal, match="at least 5 different weights above 0"):
            next(Walk().points(ONE, few))
    found = [p.weight for p in Walk().points(ONE, [5.0, 1.0, 2.0, 3.0, 4.0])]
    assert found == [1, 2, 3, 4, 5]


def test_points_in_closed_form_are_those_of_two_numbers():
    """x = y / (1 + w sigma^2), which follows each datum by 1 / (1 + w sigma^2): times sigma^2 the optimism."""
    own = replace(ONE, prior=Tikhonov(4.0))
    found = modes(own)
    assert found.hessian.tolist() == [[8, 8]] and found.precision == 4
    point = closed_point(own, 4.0, found)
    torch.testing.assert_close(point.x, own.y / 2)
    assert (point.misfit, point.prior, point.steps) == (pytest.approx(2 * 1.25), pytest.approx(2 * 1.25), 0)
    assert point.optimism == pytest.approx(0.25) == point.projected
    assert point.risk == pytest.approx(1.25 - 0.5 + 2 * 0.25), "|y - x|^2 - 2 sigma^2 + 2 optimism"
    assert modes(replace(own, prior=L1())) is None


def test_the_spread_over_noise_is_told_between_its_ends():
    spread = NoiseSpread({"sure": (2.0, NAN, 0.5), "gcv": (NAN,) * 3})
    assert spread.draws == 3 and spread.between("sure") == (0.5, 2)
    assert spread.sentence("sure") == "over 3 draws of the noise from 0.5 to 2, none in 1"
    assert spread.sentence("gcv") == "over 3 draws of the noise no weight, none in 3"
    assert math.isnan(spread.between("oracle")[0]) and NoiseSpread({}).draws == 0
    assert NoiseSpread({"sure": (1.0, 2.0)}).sentence("sure") == "over 2 draws of the noise from 1 to 2"


# Points and perturbations.


@table(
    ("line", "peak", "width"),
    [
        ([0, 1, 2, 1, 0], 2, 2),
        ([0, 0, 2, 0, 0], 2, 1),
        ([0, 2, 2, 1.5, 0], 1, 0.5 + 1 + 1 + 1 / 3),
        ([2, 1, 0], 0, INF),
        ([0, 1, 2], 2, INF),
        ([0, -2, 0], 1, INF),
        ([0, 0, 0], 1, INF),
        ([0, 1.5, 2, 0], 2, 1 + 1 / 3 + 0.5),
    ],
)
def test_a_width_is_taken_at_half_of_the_height_by_straight_lines(line, peak, width):
    assert full_width(column(*line), peak) == pytest.approx(width)


def test_a_point_is_told_by_its_place_its_widths_and_its_height():
    response = torch.zeros(1, 1, 3, 4)
    response[0, 0, 1, 2] = 0.4
    assert PointSpread(response, (1, 2), (1.25, INF)).sentence == (
        "a faint point at (1, 2) is seen 1.2 x inf px wide, at 40% of its height"
    )


def test_a_minimum_moves_with_its_data_as_the_shrinkage_says():
    """x = y / (1 + w sigma^2): half of a change, in every direction."""
    own = replace(ONE, prior=Tikhonov(4.0))
    minimum = LinearisedMinimum(own, own.y / 2, 1e-6)
    e = torch.tensor([[[1.0, -2.0]]])
    torch.testing.assert_close(minimum.moved(e), e / 2)
    torch.testing.assert_close(minimum.back(e), e / 2)
    worst = WorstPerturbation(e / e.norm(), e / 2, torch.tensor([0.5]))
    assert worst.measured(lambda y: y / 2, own.y, 0.1).tolist() == pytest.approx([0.5])
    assert rounded_over(own, own.y) is None
    kinked = Problem(Identity((1, 4)), Gaussian(0.5), TotalVariation(), torch.zeros(1, 1, 4))
    assert rounded_over(kinked, torch.tensor([[[1.0, -4.0, 0, 0]]])) == 0.2 and rounded_over(kinked, kinked.y) == 1
    assert rounded_over(kinked, kinked.y, 0.3) == 0.3
    assert unmoved(own, GradientDescent()) == "" and unmoved(own, MALA()).startswith("MALA goes to no minimum")
    elsewhere = SimpleNamespace(parametrisation=None)
    assert unmoved(elsewhere, PDHG()) == "It is of pictures that are the unknown themselves."
    assert isinstance(own.parametrisation, Direct)


# Intervals.


@table(("count", "alpha", "found"), [(9, 0.1, 9), (19, 0.1, 18), (10, 0.1, 10), (99, 0.05, 95), (3, 0.5, 2)])
def test_the_rank_of_a_score_is_rounded_up(count, alpha, found):
    """ceil((n + 1) (1 - alpha)), in exact numbers: 0.9 of 10 is 9."""
    assert rank(count, alpha) == found


def test_too_few_pictures_are_refused_with_what_would_do():
    assert [fewest(alpha) for alpha in (0.1, 0.05, 0.5, 0.3)] == [9, 19, 1, 3]
    with pytest.raises(Refusal, match=r"at least 9 pictures for alpha = 0.1, got 8: hold out 9, or take alpha = 0.11"):
        rank(8, 0.1)
    for alpha in (0, 1):
        with pytest.raises(Refusal, match="a share of misses between 0 and 1"):
            rank(10, alpha)


def test_an_interval_is_the_score_of_its_rank_around_a_picture():
    truth = torch.zeros(4, 1, 2, 2)
    x = torch.tensor([0.1, 0.4, 0.2, 0.3])[:, None, None, None] * torch.ones(4, 1, 2, 2)
    found = calibrated(truth, x, 0.5, misfits=column(3, 1, 2, 4))
    assert (found.rank, found.count, found.coverage) == (3, 4, 0.6) and float(found.half.max()) == pytest.approx(0.3)
    assert found.misfits.tolist() == [1, 2, 3, 4]
    low, high = found.around(torch.ones(1, 1, 2, 2))
    assert float(low.max()) == pytest.approx(0.7) and float(high.max()) == pytest.approx(1.3)
    assert found.inside(torch.full((1, 1, 2, 2), 0.25), torch.zeros(1, 1, 2, 2)).all()
    assert not found.inside(torch.full((1, 1, 2, 2), 0.35), torch.zeros(1, 1, 2, 2)).any()
    assert calibrated(truth, x, 0.5).misfits.tolist() == [0] * 4
    with pytest.raises(Refusal, match="a reconstruction of each held-out picture, got 3 of 4"):
        calibrated(truth, x[:3])
    assert pooled(torch.arange(9.0).reshape(1, 1, 3, 3), 2).tolist() == [[[[2, 3.5], [6.5, 8]]]]
    assert pooled(truth, 1) is truth
    lines = ConformalCalibration(batch=3)
    assert (lines.alpha, lines.region, lines.steps) == (0.1, 1, 100)


@table(("misfit", "p"), [(0.5, 0.2), (1.0, 0.4), (5.0, 1.0), (8.5, 0.4), (9.5, 0.2)])
def test_data_drift_that_are_explained_as_few_others_are(misfit, p):
    """Two-sided: twice as many as are beyond it, and it itself, of nine and it."""
    made = ConformalIntervals(torch.zeros(1), 9, 9, 1, column(*range(1, 10)))
    assert made.drift(misfit) == pytest.approx(p) and not made.unlike(misfit)
    many = ConformalIntervals(torch.zeros(1), 39, 36, 1, column(*range(1, 40)))
    assert many.drift(0) == pytest.approx(0.05) and not many.unlike(0)
    assert ConformalIntervals(torch.zeros(1), 40, 36, 1, column(*range(1, 41))).unlike(0)


def test_a_promise_is_said_and_what_speaks_against_it():
    made = ConformalIntervals(torch.zeros(1), 9, 9, 1, column(*range(1, 10)))
    assert made.sentence() == (
        "90.0% of pictures like the 9 held out lie inside, pixel by pixel; fewer than 20 pictures: take more for "
        "narrower "
        "ones, or the error bars of a sampler"
    )
    twenty = ConformalIntervals(torch.zeros(1), 20, 18, 4, column(*range(20)))
    assert twenty.sentence(10.0) == "85.7% of pictures like the 20 held out lie inside, means over 4 x 4 pixels"
    many = ConformalIntervals(torch.zeros(1), 99, 90, 1, column(*range(99)))
    assert many.sentence(1e9).endswith(
        "pixel by pixel; the data are unlike those: they are explained worse or better than 95 % of them"
    )


def test_the_modulus_of_what_lies_in_a_disc_lies_between_its_nearest_and_its_farthest_point():
    made = ConformalIntervals(torch.full((1, 1, 2), 0.25), 19, 18, 1, column(*range(19)))
    x = torch.tensor([[[[3 + 4j, 0.1j]]]])
    found = SplitConformal()._picture(made, x, 9.0, 19)
    torch.testing.assert_close(found.interval.low, torch.tensor([[[4.75, 0.0]]]))
    torch.testing.assert_close(found.interval.high, torch.tensor([[[5.25, 0.35]]]))
    assert found.sentence.endswith("; drift test p = 1") and (found.warning, found.done, found.whole) == ("", 19, 60)
    real = SplitConformal(region=2)._picture(
        replace(made, half=torch.full((1, 1, 1), 0.5), region=2), torch.ones(1, 1, 1, 3)[..., :2], 9.0, 19
    )
    assert real.interval.low.tolist() == [[[0.5, 0.5]]] and real.interval.share == 0.9
    many = ConformalIntervals(torch.zeros(1, 1, 2), 99, 90, 1, column(*range(99)))
    warned = SplitConformal()._picture(many, x.real, 1e9, 99)
    assert (
        warned.warning.startswith("drift test p = 0.02: the data are explained worse")
        and "drift test" not in warned.sentence
    )
    wide = SplitConformal(region=2)._wide(torch.tensor([[[[1.0, 2.0]]]]), torch.zeros(1, 1, 2, 3))
    assert wide.tolist() == [[[[1, 1, 2], [1, 1, 2]]]]
    assert "this signal has 1 axes" in SplitConformal().unmet(ONE, PDHG())


@table(("rhat", "warned"), [(1.009, False), (1.01, True), (1.5, True)])
def test_chains_that_do_not_agree_are_warned_of(monkeypatch, rhat, warned):
    interval = Interval(0.9, torch.zeros(1, 2), torch.ones(1, 2))
    warming = ChainSamples(3, torch.zeros(3, 1, 2), Sampling(), Tally())
    moments = Moments(20, torch.zeros(3, 1, 2), torch.ones(3, 1, 2))
    drawn = replace(warming, moments=moments, intervals=(interval, interval), looks=(ChainDiagnostics(20, 5, 9, rhat),))
    asked = []
    module = __import__("workbench.tuning.quantifiers.posterior_draws", fromlist=["sampled"])
    monkeypatch.setattr(module, "sampled", lambda *given: asked.append(given[2]) or iter((warming, drawn)))
    first, last = PosteriorDraws(chains=5, warmup=7, draws=30).pictures(ONE, MALA(), 10)
    assert (first.interval, first.sentence, first.done, first.whole) == (None, "chains warm up, and draw", 0, 30)
    assert (last.interval, last.done, last.whole) == (interval, 20, 30)
    assert last.sentence == "90 % of 20 draws of 5 chains by MALA lie inside"
    assert last.warning == (f"R-hat {rhat:.3g}: the chains do not agree yet, draw more" if warned else "")
    assert asked == [Sampling(5, 7, 1, 30)]
    assert "has one answer and draws none" in PosteriorDraws().unmet(ONE, PDHG())


def test_a_normal_posterior_has_its_quantiles_for_an_interval():
    """Of variance 1 / (4 + w) about y 4 / (4 + w), by 1.6449 standard deviations for nine tenths."""
    (found,) = LaplaceApproximation(0.9).pictures(replace(ONE, prior=Tikhonov(4.0)), GradientDescent(), 1)
    half = 1.6448536 / math.sqrt(8)
    torch.testing.assert_close(found.interval.high.float(), ONE.y[0] / 2 + half)
    torch.testing.assert_close(found.interval.low.float(), ONE.y[0] / 2 - half)
    assert (
        found.sentence
        == "90% of the posterior of each pixel lies inside, exactly: the posterior is normal, if the prior is true"
    )
    assert (
        found_by.QuantifiedPicture(None, "").warning == ""
        and LaplaceApproximation().unmet(ONE, GradientDescent()) == ""
    )
    assert "lacks" in LaplaceApproximation().unmet(replace(ONE, prior=L1()), ProximalGradient())
    assert "real pictures" in LaplaceApproximation().unmet(replace(ONE, y=ONE.y.to(torch.complex64)), ADMM())


def test_crops_are_quarters_of_pictures_in_turn_the_same_for_a_seed():
    crops = held_out_crops(("camera", "moon"), (3, 16, 12), 4, 0)
    assert crops.shape == (4, 3, 16, 12) and torch.equal(crops[:, 0], crops[:, 2])
    assert torch.equal(crops, held_out_crops(("camera", "moon"), (3, 16, 12), 4, 0))
    assert not torch.equal(crops, held_out_crops(("camera", "moon"), (3, 16, 12), 4, 1))
    from workbench.data import truth

    whole = truth("camera", 32).mean(1, keepdim=True)[0, 0]
    windows = whole.unfold(0, 16, 1).unfold(1, 12, 1)
    for number, there in ((0, True), (1, False), (2, True)):
        assert bool(((windows - crops[number, 0]).abs().amax((2, 3)) == 0).any()) is there
    with pytest.raises(Refusal, match="signals of 1 axes"):
        held_out_crops(("camera",), (1, 16), 1, 0)
