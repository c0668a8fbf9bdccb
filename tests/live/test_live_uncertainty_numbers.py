"""What is advised on chains, of sessions and chains written out by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.live.by_hand import SHAPE, session
from tests.tables import table
from workbench.algorithms import MALA, GradientDescent
from workbench.analysis.chains import ChainDiagnostics, ChainSamples, Interval, Moments, Sampling, Tally
from workbench.jobs import Status
from workbench.live.uncertainty import Uncertainty, _unstuck

LOOK = ChainDiagnostics(1000, 100.0, 300.0, 1.009)


def sampled(look: ChainDiagnostics = LOOK, acceptance: float | None = None, **given: object) -> ChainSamples:
    moments = Moments(2, torch.zeros(3, *SHAPE), torch.ones(3, *SHAPE))
    plain = {"k": 5, "last": torch.zeros(3, *SHAPE), "sampling": Sampling(), "tally": Tally(), "moments": moments}
    return ChainSamples(**(plain | given), looks=(look,), acceptance=acceptance)


def uncertain(found: ChainSamples | None, algorithm=None, status: Status = Status.DONE) -> Uncertainty:
    made = Uncertainty(session(algorithm or MALA()))
    made.chains = SimpleNamespace(result=found, status=status, current=found, latest=None)
    return made


@pytest.mark.parametrize(
    ("look", "acceptance", "advised"),
    [
        pytest.param(LOOK, 0.5, "", id="well"),
        pytest.param(replace(LOOK, rhat=1.01), 0.5, "Too few draws", id="chains_that_disagree"),
        pytest.param(replace(LOOK, least=99.9), 0.5, "Too few draws", id="few_effective_draws"),
        pytest.param(replace(LOOK, least=99.9), 0.05, "Too few draws", id="as_many_accepted_as_are_wanted"),
        pytest.param(replace(LOOK, least=99.9), 0.049, "4.9% of the proposals were accepted", id="hardly_any_accepted"),
        pytest.param(replace(LOOK, rhat=math.inf), None, "Chains stand still", id="still"),
        pytest.param(replace(LOOK, least=99.9), None, "Too few draws", id="no_proposals"),
    ],
)
def test_advice_comes_where_draws_are_not_to_be_trusted(look, acceptance, advised):
    advice = uncertain(sampled(look, acceptance)).advice()
    assert (advice is None) if not advised else advice.sentence.startswith(advised)


def test_too_few_draws_are_four_times_as_many_next_and_so_is_the_warm_up():
    made = uncertain(sampled(replace(LOOK, least=12.0, rhat=1.234)))
    advice = made.advice()
    assert advice.sentence == (
        "Too few draws to trust (effective sample size 12, R-hat 1.23; wanted are 100 and 1.01): draw more, "
        "or mix faster."
    )
    assert advice.label == "Draw 4 times as many"
    assert advice.values == {"sampling.draws": 4000, "sampling.warmup": 400}
    made.sampling = Sampling(warmup=0, draws=10)
    assert made.advice().values == {"sampling.draws": 40, "sampling.warmup": 4}
    for silent in (uncertain(None), uncertain(sampled(replace(LOOK, least=1.0)), status=Status.RUNNING)):
        assert silent.advice() is None
    assert uncertain(replace(sampled(), looks=())).advice() is None
    assert (
        uncertain(None, GradientDescent()).advice().sentence.startswith("GradientDescent has one answer and no spread.")
    )


def test_chains_that_stand_still_need_another_step():
    given = _unstuck(MALA(0.5), 0.01)
    assert given.label == "Sample with an automatic step size" and given.values == {"algorithm.step_size": None}
    assert given.sentence == (
        "1.0% of the proposals were accepted, so that more draws would tell nothing new: the step size is too large; "
        "left empty, it is found."
    )
    found = _unstuck(MALA(), None)
    assert found.values == {} and found.sentence.endswith("give a smaller one than is found, or take another sampler.")
    none = _unstuck(Sampling(), None)
    assert none.sentence.startswith("Chains stand still, so that R-hat is infinite: take another sampler")


@table(("draws", "told"), [(31_150, True), (31_151, False)])
def test_chains_begin_by_themselves_that_are_over_in_a_moment(draws, told):
    """4 chains of 100 + draws steps, of 16 numbers: two millions are a moment."""
    made = uncertain(None)
    made.sampling = Sampling(draws=draws)
    assert made.small is told
    made.sampling = Sampling(draws=draws, every=2)
    assert not made.small
    made.session.experiment = replace(made.session.experiment, algorithm=GradientDescent())
    assert not made.small


def test_pictures_of_draws_are_their_moments_and_where_the_truth_lies():
    intervals = tuple(
        Interval(share, torch.full(SHAPE, 0.25), torch.full(SHAPE, high)) for share, high in ((0.5, 0.5), (0.9, 0.75))
    )
    last = torch.stack([torch.full(SHAPE, float(i)) for i in range(6)])
    maps = uncertain(sampled(intervals=intervals, last=last)).maps()
    assert maps.inside == pytest.approx((5 / 16, 9 / 16)), "4 to 8, and 4 to 12, sixteenths"
    assert (maps.side == -1).sum() == 4 and (maps.side == 1).sum() == 3 and maps.side[0, 0] == -1
    assert (maps.width == 0.5).all() and (maps.mean == 0).all() and len(maps.newest) == 4
    np.testing.assert_allclose(maps.deviation, math.sqrt(3 / 5), rtol=1e-6)
    assert [float(n.mean()) for n in maps.newest] == [0, 1, 2, 3]
    bare = uncertain(sampled(intervals=intervals, last=last))
    bare.session.problem = replace(bare.session.problem, truth=None)
    assert bare.maps().side is None and bare.maps().inside is None
    assert uncertain(sampled()).maps() is None and uncertain(None).maps() is None
    assert set(uncertain(None).kept()) == set()


def test_chains_wait_with_their_tab():
    made = Uncertainty(session())
    assert made.studies == (made.chains,)
    assert made.tick() and not made.tick() and made.trouble() == ""
