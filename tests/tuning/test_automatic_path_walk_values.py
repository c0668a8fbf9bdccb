"""Weights, paths and what is said of them, of paths written out by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from tests.tables import column, table
from tests.tuning.by_hand import ONE, over, path
from workbench.algorithms import FISTA, MALA, PDHG, GradientDescent
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.parametrisations import Direct
from workbench.priors import L1, Can, NonNegative, Sum, Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tuning import (
    SURE,
    DiscrepancyPrinciple,
    LCurve,
    NoiseSpread,
    Oracle,
    PointSpread,
    SelectorChoice,
    Tuning,
    Walk,
    WeightPath,
    WorstPerturbation,
    automatic,
    read,
    unmoved,
    weights_in,
)
from workbench.tuning.automatic import _too_short
from workbench.tuning.linearised_minimum import LinearisedMinimum, rounded_over
from workbench.tuning.modes import closed_point, modes
from workbench.tuning.point_spread import full_width
from workbench.tuning.scales import grid, require_weight, usual_weight, weighed
from workbench.tuning.selector import PathEnds

INF, NAN = math.inf, math.nan


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


def test_a_path_is_in_the_order_of_its_weights_and_the_nearest_is_so_by_a_factor():
    made = path((100, 1, 1, 1), (1, 1, 1, 1), (10, 1, 1, 1))
    assert made.weights.tolist() == [1, 10, 100] and made.steps == 6
    assert [made.nearest(w).weight for w in (0.01, 3.1, 3.2, 31, 32, 1e9)] == [1, 1, 10, 10, 100, 100]
    with pytest.raises(Refusal, match="an empty one"):
        WeightPath(ONE, ()).nearest(1.0)


class Valueless(Tikhonov):
    """The same prior, whose value nobody knows."""

    can = Tikhonov.can & ~Can.VALUE


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
    with pytest.raises(Refusal, match=r"at least 5 weights for a path, got 4: take 25$"):
        grid(2.0, 4, 4.0)
    quadratic = Problem(Identity((1, 8)), Gaussian(0.5), Tikhonov(), torch.full((1, 1, 8), 2.0))
    assert usual_weight(quadratic) == pytest.approx(8 / (2 * 0.5 * 32)), "n / (p R) of the data themselves, p = 2"
    assert usual_weight(replace(quadratic, prior=L1())) == pytest.approx(8 / 16), "p = 1"
    assert usual_weight(replace(quadratic, y=torch.zeros(1, 1, 8), prior=L1(0.3))) == 0.3
    assert usual_weight(replace(quadratic, y=torch.zeros(1, 1, 8), prior=L1(0.0))) == 1, "from 0 nothing is found"
    assert [usual_weight(replace(quadratic, prior=Valueless(w))) for w in (0.0, 0.3)] == [1, 0.3]


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
