"""Points of a plane around signals that are given, and residuals at them, by arithmetic."""

import pytest
import torch

from workbench.analysis.learned import ScoreResidual, plane_points
from workbench.priors import Can, Prior
from workbench.refusal import Refusal

CORNERS = torch.tensor([[1.0, 10.0], [3.0, 16.0], [2.0, 11.0]], dtype=torch.float64)


class Given(Prior):
    """A law whose signals are the same few again and again, and whose mean at a noisy signal is half of it."""

    can = Can.SAMPLE | Can.SCORE | Can.DENOISE

    def forward(self, x):
        return x.flatten(1).sum(1)

    def sample(self, like, rng):
        assert len(like) == 500, "so many that the extent of the signals is seen"
        return CORNERS.repeat(167, 1)[:500].reshape(like.shape)

    def denoise(self, x, sigma):
        return x / 2


def test_a_plane_is_about_the_middle_of_the_signals_and_two_noises_beyond_the_longer_side():
    """Signals from 1 to 3 and from 10 to 16: about (2, 13), as far as 3 + 2 sigma both ways."""
    found = plane_points(Given(), torch.zeros(1, 1, 1, 2, dtype=torch.float64), 0.5, side=3)
    assert found.shape == (9, 1, 1, 2)
    expected = [[2.0 + 4 * x, 13.0 + 4 * y] for y in (-1, 0, 1) for x in (-1, 0, 1)]
    assert found.flatten(1).tolist() == expected, "row by row from below"
    assert plane_points(Given(), torch.zeros(1, 2, 1, 1), 0.0).shape == (289, 2, 1, 1)
    with pytest.raises(Refusal, match="a plane, got 3: "):
        plane_points(Given(), torch.zeros(1, 3, 1, 1), 0.5)


def test_residual_and_score_are_what_is_taken_away_over_the_variance_of_the_noise():
    at = torch.tensor([[[[3.0, 4.0]]], [[[0.0, 1.0]]]], dtype=torch.float64)
    found = ScoreResidual.of(lambda x, sigma: 3 * x, Given(), at, 0.5)
    assert torch.equal(found.residual, 8 * at) and torch.equal(found.score, -2 * at) and found.at is at
    assert found.error == pytest.approx(5), "10 of 2"
