"""Ranks, intervals and drifts of held-out pictures, by hand."""

import sys

import pytest
import torch

from tests.tables import column, table
from workbench.refusal import Refusal
from workbench.tuning import (
    ConformalCalibration,
    ConformalIntervals,
    held_out_crops,
)
from workbench.tuning.conformal import calibrated, fewest, pooled, rank


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
    with pytest.raises(Refusal, match="a reconstruction of each held-out picture, got 3 of 4: "):
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


def test_a_crop_lies_anywhere_in_its_picture_up_to_its_ends(monkeypatch):
    places = 100 * torch.arange(16.0)[:, None] + torch.arange(16.0)
    monkeypatch.setattr(sys.modules[held_out_crops.__module__], "truth", lambda name, side: places[None, None])
    corners = held_out_crops(("places",), (1, 8, 5), 400, 0)[:, 0, 0, 0]
    assert sorted((corners // 100).unique().tolist()) == list(range(9))
    assert sorted((corners % 100).unique().tolist()) == list(range(12))
    larger = held_out_crops(("places",), (1, 20, 20), 1, 0)
    assert larger.shape == (1, 1, 20, 20), "a picture that is too small is enlarged"
