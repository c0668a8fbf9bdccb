"""What rules of the weight choose, on paths written out by hand."""

import math
from dataclasses import replace

import pytest
import torch

from tests.tables import column, table
from tests.tuning.by_hand import ONE, over, path
from workbench.noise import Gaussian, Poisson
from workbench.operators import Identity
from workbench.priors import L1, Tikhonov
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tuning import (
    GCV,
    SURE,
    DiscrepancyPrinciple,
    Evidence,
    GeneralisedSURE,
    LCurve,
    Oracle,
    PathPoint,
    QuasiOptimality,
    ResidualWhiteness,
    WeightPath,
)
from workbench.tuning.selector import PathEnds, about_as_good, lowest
from workbench.tuning.selectors.discrepancy_principle import _crossed, crossing
from workbench.tuning.selectors.evidence import _log_det

INF, NAN = math.inf, math.nan


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
        Refusal, match=r"a flat one: take a wider range of weights, or another selector; its candidate is 10$"
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
        worst = (
            f"a misfit of {points[not low]:.3g} times that at weight {end.split()[1]}, its best: take weights {end}$"
        )
        with pytest.raises(PathEnds, match=worst) as refused:
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


@pytest.mark.parametrize("unit", [1e-9, 1e9], ids=["small", "large"])
def test_what_counts_as_nothing_is_told_beside_the_largest_in_any_unit(unit):
    assert float(_log_det(unit * column(1, 2, 0, 1e-18))) == pytest.approx(math.log(2) + 2 * math.log(unit))
    weights = 10 ** column(0, 1, 2)
    assert lowest(SURE(), over(weights), unit * column(1, 1 - 2e-4, 1)).weight == pytest.approx(10)
    with pytest.raises(Refusal, match="a flat one"):
        lowest(SURE(), over(weights), unit * column(1, 1 - 0.9e-4, 1))


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
