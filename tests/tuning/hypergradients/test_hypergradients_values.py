"""Learned parameters of problems of one or two numbers, whose losses and slopes are known in closed form."""

import math
from dataclasses import replace

import pytest
import torch

from tests.tables import column, table
from workbench.algorithms.base import Constants
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tuning import informed, learned_lengths
from workbench.tuning.hypergradients import (
    HOAG,
    MAID,
    ExpertFilters,
    HeldOut,
    ImplicitCG,
    ImplicitNeumann,
    LearnedParameters,
    LogWeight,
    LowerSolution,
    OuterStep,
    StepLength,
    UnrolledSteps,
    WeightMap,
    outer_curvature,
    squared_error,
)
from workbench.tuning.hypergradients.held_out import gradient
from workbench.tuning.hypergradients.scaled_prior import ScaledPrior
from workbench.tuning.learned_lengths import LearnedLengths

SIGMA2 = 0.25


def shrunk(w: float = 4.0) -> HeldOut:
    """x = y / (1 + w sigma^2) for y = (2, 4) of a truth (1, 1): the loss is |x - truth|^2 / 4."""
    y, truth = column(2, 4)[None, None], column(1, 1)[None, None]
    return HeldOut(Problem(Identity((1, 2)), Gaussian(0.5), Tikhonov(w), y, truth), LogWeight())


def loss(theta: float) -> float:
    share = 1 / (1 + math.exp(theta) * SIGMA2)
    return ((2 * share - 1) ** 2 + (4 * share - 1) ** 2) / 4


def slope(theta: float) -> float:
    return (loss(theta + 1e-5) - loss(theta - 1e-5)) / 2e-5


THETA = math.log(4.0)


def solved(of: HeldOut) -> LowerSolution:
    return of.solved(column(THETA), 1e-9)


def test_half_the_mean_square_of_the_error_is_the_loss_and_its_slope_the_pull():
    of = shrunk()
    lower = solved(of)
    assert lower.x.flatten().tolist() == pytest.approx([1, 2]) and lower.modulus.tolist() == pytest.approx([8])
    assert float(of.value(lower.x)) == pytest.approx(loss(THETA)) == 0.25
    assert of.pull(lower.x).flatten().tolist() == pytest.approx([0, 0.5])
    assert float(gradient(of.at(column(THETA)), lower.x).norm()) == pytest.approx(0, abs=1e-6) and lower.error <= 1e-9
    assert squared_error(of.problem, of.problem.truth + 2).tolist() == [2]
    with pytest.raises(Refusal, match="pictures with their truths"):
        squared_error(replace(of.problem, truth=None), lower.x)
    low, high = of.bounds(replace_error(lower, 0.1))
    assert (low, high) == pytest.approx((0.25 - 0.5 * 2**0.5 * 0.1, 0.25 + 0.5 * 2**0.5 * 0.1 + 0.005))
    assert of.bounds(replace_error(lower, 10.0))[0] == 0, "no loss is below nothing"
    with pytest.raises(Refusal, match=r"a minimum to 1e-12 per number, got .* after 0 iterations of LBFGS"):
        replace(of, most=0).solved(column(THETA), 1e-12)


def replace_error(lower: LowerSolution, error: float) -> LowerSolution:
    return lower._replace(error=error)


@pytest.mark.parametrize("way", [ImplicitCG(), ImplicitNeumann(), UnrolledSteps(steps=200)], ids=lambda w: w.word)
def test_every_way_finds_the_slope_of_the_loss(way):
    of = shrunk()
    found = way.gradient(of, column(THETA), solved(of), 1e-10)
    assert found.value.tolist() == pytest.approx([slope(THETA)], rel=1e-4)


@table(("known", "taken"), [(2.0, 2.0), (8.1e-4, 8.1e-4), (7.9e-4, 8.0), (0.0, 8.0)])
def test_a_known_modulus_is_taken_unless_it_is_slight_beside_the_largest_curvature(monkeypatch, known, taken):
    """Of H = 8 in every mode: what is below 8e-4 no data feel."""
    monkeypatch.setattr(Problem, "strong_convexity", lambda self: known)
    of = shrunk()
    assert of.modulus(column(THETA), of.problem.y).tolist() == pytest.approx([taken])


def test_a_series_of_so_many_terms_takes_one_product_less():
    """(1 / L) sum (I - H / L)^j: H = 8 = L, so that the first term is all there is."""
    of, lower = shrunk(), solved(shrunk())
    for terms in (1, 3):
        found = ImplicitNeumann(terms).gradient(of, column(THETA), lower, 0.0)
        assert found.products <= terms - 1 and found.value.tolist() == pytest.approx([slope(THETA)], rel=0.02)


def test_the_bend_of_the_loss_is_its_second_derivative():
    of = shrunk()
    second = (loss(THETA + 1e-3) - 2 * loss(THETA) + loss(THETA - 1e-3)) / 1e-6
    assert outer_curvature(of, column(THETA), ImplicitCG(), 1e-9) == pytest.approx(second, rel=1e-3)


def step(theta: float, loss_: float, above: float, steps: int = 5) -> OuterStep:
    return OuterStep(column(theta, theta), loss_, above, 1.0, 1e-3, steps, 2 * steps)


@table(
    ("first", "last", "said"),
    [
        (3.0, 4.1, "the loss bends 1.4 times as sharply as at first: hold out more pictures, or stop earlier"),
        (3.0, 4.0, ""),
        (-3.0, 4.1, "the loss bends 1.4 times as sharply as at first: hold out more pictures, or stop earlier"),
        (3.0, -0.5, "the loss bends down at the end (-0.5): no minimum yet, take more steps"),
        (3.0, 0.0, ""),
        (None, 4.1, ""),
        (3.0, None, ""),
    ],
)
def test_a_loss_that_bends_more_sharply_or_down_is_warned_of(first, last, said):
    made = LearnedParameters(shrunk(), (step(0, 2, 2.5), step(1, 0.5, 0.75, 9), step(2, 0.4, 0.8, 12)), first, last)
    assert made.warning == said
    assert made.best.theta.tolist() == [1, 1] == made.theta.tolist()
    assert made.sentence == "loss 2 to 0.5 in 2 steps; 12 iterations and 24 products with a Hessian"
    one = LearnedParameters(shrunk(), (OuterStep(column(1), 1, 1, 1, 1, 1, 1),), 3.0, 40.0)
    assert one.warning == "" and one.prior.weight == pytest.approx(math.e), "one parameter bends as it bends"


@pytest.mark.parametrize("learner", [HOAG(steps=30, settled=1e-4), MAID(steps=30, settled=1e-3)], ids=["HOAG", "MAID"])
def test_a_learner_ends_where_the_loss_is_least(learner):
    """(2 s - 1)^2 + (4 s - 1)^2 is least at s = 6 / 20: w = 4 (1 / s - 1) = 28 / 3."""
    heard: list[OuterStep] = []
    found = learner.learn(shrunk(), watch=heard.append)
    assert found.prior.weight == pytest.approx(28 / 3, rel=0.02) and tuple(heard) == found.history
    assert found.history[0].loss == pytest.approx(loss(float(shrunk().start())), rel=1e-2)
    losses = [s.loss for s in found.history]
    assert losses[-1] < losses[0] and losses[-1] == pytest.approx(0.05, rel=0.01)
    assert all(
        a.steps <= b.steps and a.products <= b.products for a, b in zip(found.history, found.history[1:], strict=False)
    )
    short = learner.learn(shrunk(), theta=column(0.0), watch=lambda s: True)
    assert len(short.history) == 1 and short.curvature is None
    with pytest.raises(Refusal, match="finite parameters"):
        learner.learn(shrunk(), theta=column(math.nan))


# What theta is.


def test_a_weight_is_learned_by_its_logarithm():
    of, posed = LogWeight(), shrunk().problem
    made = of.at(posed, column(math.log(3.0)))
    assert float(made.prior(column(2, 0)[None, None])) == pytest.approx(3 * 4 / 2)
    assert of.learned(posed, column(math.log(3.0))).weight == pytest.approx(3)
    scaled = ScaledPrior(Tikhonov(2.0), torch.tensor(3.0, dtype=torch.float64))
    x, v = column(1, 2)[None, None], column(1, 1)[None, None]
    assert (
        float(scaled(x)) == 15
        and scaled.grad(x).flatten().tolist() == [6, 12]
        and scaled.hvp(x, v).flatten().tolist() == [6, 6]
    )
    assert (scaled.lipschitz(), scaled.lipschitz_on((2,)), scaled.strong_convexity()) == (6, 6, 6)
    assert float(scaled.smoothed(0.1)(x)) == 15


def test_a_step_length_begins_at_one_over_the_bound_and_is_a_constant_of_the_run():
    of, posed = StepLength(), shrunk().problem
    assert float(of.start(posed)) == pytest.approx(-math.log(4 + 4)) and of.at(posed, column(1)) is posed
    assert float(of.measured(Constants(), column(math.log(0.25))).lipschitz) == pytest.approx(4)
    assert of.learned(posed, column(0)) == posed.prior.given


def test_a_map_has_a_weight_a_square_also_where_squares_are_cut():
    y = torch.zeros(1, 1, 3, 5)
    posed = Problem(Identity((1, 3, 5)), Gaussian(0.5), TotalVariation(7.0), y, y)
    of = WeightMap(square=2)
    assert of.start(posed).tolist() == pytest.approx([math.log(7)] * 6)
    rows = of._map(posed, column(*range(6)).float()).log()
    assert rows.tolist() == [pytest.approx([0, 0, 1, 1, 2])] * 2 + [pytest.approx([3, 3, 4, 4, 5])]
    learned = of.learned(posed, torch.zeros(6))
    assert learned.weight == 1 and of.unmet(posed) == ""


def test_experts_begin_as_cosines():
    of, y = ExpertFilters(side=2, width=0.5), torch.zeros(1, 1, 4, 4)
    posed = Problem(Identity((1, 4, 4)), Gaussian(0.5), TotalVariation(), y + 1, y)
    theta = of.start(posed)
    assert theta.shape == (3 * 3 + 3 + 3,) and theta[:9].reshape(3, 3).tolist() == (10 * torch.eye(3)).tolist()
    assert theta[12:].tolist() == pytest.approx([math.log(0.5)] * 3)
    made = of.learned(posed, theta)
    assert made.widths == pytest.approx((0.5,) * 3) and made.amounts == pytest.approx((1.0,) * 3)
    assert made.weight == pytest.approx(math.exp(float(theta[9])))
    twice = theta.clone()
    twice[9] += math.log(2)
    assert of.learned(posed, twice).amounts == pytest.approx((1, 0.5, 0.5))
    first = torch.tensor(of.learned(posed, theta).filters[0]).reshape(2, 2)
    assert float(first.sum()) == pytest.approx(0, abs=1e-6) and float(first.norm()) == pytest.approx(1)


# Lengths and maps.


def test_lengths_are_learned_on_the_objective_itself():
    """Of a quadratic of one curvature a step of 1 / L is the best there is."""
    y = column(2, 4)[None, None]
    posed = Problem(Identity((1, 2)), Gaussian(0.5), Tikhonov(4.0), y)
    found = learned_lengths(posed, count=2, rounds=3)
    assert found.before >= found.after and len(found.algorithm.lengths) == 2
    assert found.sentence == (
        f"mean objective {found.after:.6g} after 2 steps, {found.before:.6g} with each of length 1 / L"
    )
    heard: list[int] = []
    learned_lengths(posed, count=1, rounds=5, watch=lambda k, value: heard.append(k) or k == 1)
    assert heard == [0, 1]
    for count, rounds in ((0, 1), (1, 0)):
        with pytest.raises(Refusal, match="numbers of steps and rounds from 1"):
            learned_lengths(posed, count, rounds)
    assert LearnedLengths(found.algorithm, 2.0, 1.0).sentence.startswith("mean objective 1 after 2 steps, 2 with")


def test_a_prior_without_a_map_is_not_informed_by_a_picture():
    with pytest.raises(Refusal, match="Tikhonov, which has none: take WeightedTotalVariation or GraphSmoothness"):
        informed(Tikhonov(), torch.zeros(1, 1, 2, 2))
