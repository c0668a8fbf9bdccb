"""Statistics of chains that are known in closed form, each beside what makes it."""

import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
import torch

from tests.tables import column, table
from workbench.analysis import chains
from workbench.analysis.chains import Distance, Interval, Moments, Reservoir, Tally, Target, mixing
from workbench.analysis.chains.sampled import _scattered
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import Zero
from workbench.problem import Problem

INF = math.inf


def test_the_autocovariance_of_signs_in_turn_is_known_at_every_lag():
    assert chains.autocovariance(column(1, -1, 1, -1)).tolist() == pytest.approx([1, -0.75, 0.5, -0.25])
    signs = column(1, -1, 1, -1)
    both = torch.stack([signs, -signs])
    whole = 3 / 4 * (4 / 3)  # two chains of equal means: V is 1, and W 4/3
    expected = [1, 1 - (4 / 3 + 0.75) / whole, 1 - (4 / 3 - 0.5) / whole, 1 - (4 / 3 + 0.25) / whole]
    assert chains.autocorrelation(both).tolist() == pytest.approx(expected)
    alone = chains.autocorrelation(signs[None])
    assert alone[0] == 1 and float(alone[1]) == pytest.approx(expected[1]), "of one chain there is nothing between"
    worst, last = chains.correlations(torch.randn(2, 30, 3, generator=torch.Generator().manual_seed(0)).double())
    assert len(worst) == len(last) == 10
    assert len(chains.correlations(torch.randn(2, 4, 3).double())[0]) == 2
    assert mixing.LEAST == 4 and chains.rhat(torch.zeros(2, 4)).item() == INF


def test_ranks_become_normal_quantiles_and_equal_draws_share_theirs():
    found = chains.normal_ranks(column(3, 1, 1, 2)[None, None])
    expected = scipy.stats.norm.ppf((np.array([4, 1.5, 1.5, 3]) - 0.375) / 4.25)
    np.testing.assert_allclose(found[0, 0], expected)


def test_moments_are_those_of_all_chains_together():
    found = Moments.of(column(1, 3)[:, None])
    assert (found.count, found.mean.tolist(), found.variance.tolist()) == (1, [2], [2])
    found = found.plus(column(5, 7)[:, None])
    assert (found.count, found.means.tolist(), found.squares.tolist()) == (2, [[3], [5]], [[8], [8]])
    assert found.mean.tolist() == [4] and found.variance.tolist() == pytest.approx([np.var([1, 5, 3, 7], ddof=1)])
    assert Moments.of(column(1)[:, None]).variance.tolist() == [0]
    turned = Moments.of(torch.tensor([[1j]])).plus(torch.tensor([[-1j]]))
    assert turned.squares.tolist() == [[2]] and not turned.variance.is_complex()


def test_an_interval_holds_the_middle_of_its_draws_its_ends_included():
    draws = torch.arange(11.0)[:, None]
    half, most = Interval.of(draws, 0.5, 0.9)
    assert (half.low.tolist(), half.high.tolist(), half.share) == ([2.5], [7.5], 0.5)
    assert (float(most.low), float(most.high), float(most.width)) == pytest.approx((0.5, 9.5, 9))
    assert [float(half.side(torch.tensor([x]))) for x in (2.4, 2.5, 7.5, 7.6)] == [-1, 0, 0, 1]
    assert half.coverage(torch.tensor([[2.5], [7.5], [8.0], [0.0]])) == 0.5
    assert half.coverage(torch.tensor([[3j], [9j]])) == 0.5 and float(half.side(torch.tensor([-8j]))) == 1
    assert chains.quantiles(draws, (0.0, 0.25, 1.0)).tolist() == [[0], [2.5], [10]]
    assert chains.quantiles(torch.tensor([[3 + 4j], [1j]]), (1.0,)).tolist() == [[5]]


@table(("memory", "room"), [(10, 64), (100 * 8, 100), (10_000 * 8, 400)])
def test_a_reservoir_has_room_for_its_memory_but_no_fewer_than_64_and_no_more_than_400(monkeypatch, memory, room):
    monkeypatch.setattr("workbench.analysis.chains.reservoir.MEMORY", memory)
    kept = Reservoir(torch.zeros(1, 2), torch.Generator().manual_seed(0))
    kept.add(torch.arange(1000.0).reshape(500, 2))
    assert len(kept.kept()) == room and len(kept.kept()[:, 0].unique()) == room
    few = Reservoir(torch.zeros(1, 2), torch.Generator())
    few.add(torch.arange(6.0).reshape(3, 2))
    assert few.kept().tolist() == [[0, 1], [2, 3], [4, 5]]


AGREES = "The sampler's variance agrees with the exact one, to ± 8.0%"
OFF, NEAR = "its mean is off by 0.5 standard deviations.", "its mean agrees, to ± 0.014 standard deviations."


@pytest.mark.parametrize(
    ("mean", "variance", "said"),
    [
        (0.01, 1.1, f"The sampler's variance is 10.0% too large (± 8.0%); {NEAR}"),
        (0.5, 0.8, f"The sampler's variance is 20.0% too small (± 8.0%); {OFF}"),
        (0.5, 1.08, f"{AGREES}; {OFF}"),
        (2**0.5 * 0.01, 0.92, f"{AGREES}; {NEAR}"),
    ],
    ids=["large", "small", "off", "at_the_edge"],
)
def test_a_difference_beyond_two_standard_errors_is_said(mean, variance, said):
    assert Distance(mean, 0.01, round(variance, 9), 0.04 + 1e-12, 0.1, 0.1, (0.5, 0.9)).sentence == said


def test_the_distance_of_chains_that_are_half_a_deviation_off_is_that():
    """Of N(0, 4): means at 1 in every chain, squares about them as they ought to be."""
    known = Target(
        torch.zeros(2), torch.full((2,), 4.0), 2 * torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
    )
    moments = Moments(10, torch.ones(3, 2), torch.full((3, 2), 40.0))
    wide = Interval(0.9, torch.full((2,), -INF), torch.full((2,), INF))
    found = chains.distance(moments, known.draws[:50], (replace(wide, high=torch.full((2,), -INF)), wide), known)
    assert (found.mean, found.mean_error, found.variance, found.variance_error) == pytest.approx((0.5, 0, 1, 0))
    assert found.inside == (0, 1) and 0 < found.sliced < 0.3 and 0 < found.alike < 0.5
    apart = replace(moments, means=torch.tensor([[1.0, 1], [1, 1], [-1, -1]]))
    bias = chains.distance(apart, known.draws[:50], (wide, wide), known)
    assert bias.mean == 0 and bias.mean_error == pytest.approx(math.sqrt(np.std([0.25, -0.25, -0.25], ddof=1) / 3**0.5))
    assert bias.variance == pytest.approx(1 + 0.25 + 0.25 / 3)
    shifted = chains.sliced_wasserstein(known.draws, known.draws + 3, torch.Generator().manual_seed(1))
    assert shifted == pytest.approx(3, rel=0.2), "3 |cos + sin|, whose mean square is 9"


def test_calls_are_counted_by_what_they_are_of():
    tally = Tally({"denoise": 2, "restore": 3, "forward": 5})
    assert (tally.network, tally.forward, tally.adjoint) == (5, 5, 0) and Tally().network == 0
    apart = _scattered(torch.full((1000, 1), 2.0), 0) - 2
    assert float(apart.std()) == pytest.approx(0.2, rel=0.1), "a tenth of the size of the start"
    problem = Problem(Identity((1, 1)), Gaussian(0.5), Zero(), torch.ones(2, 1, 1), torch.ones(2, 1, 1))
    many = chains.replicated(problem, 3)
    assert (len(many.y), len(many.truth)) == (3, 3)
    assert chains.replicated(replace(problem, truth=None), 3).truth is None


@pytest.mark.parametrize("unit", [1e-9, 1e9], ids=["small", "large"])
def test_chains_are_judged_the_same_in_any_unit(unit):
    draws = torch.randn(3, 40, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for judged in (chains.effective_size, chains.rhat, chains.autocorrelation):
        torch.testing.assert_close(judged(unit * draws), judged(draws), rtol=1e-6, atol=1e-9)
