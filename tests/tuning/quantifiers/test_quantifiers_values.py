"""Intervals of pixels, of problems of two numbers."""

import math
from dataclasses import replace

import torch

from tests.tables import column, table
from tests.tuning.by_hand import ONE
from workbench.algorithms import ADMM, MALA, PDHG, GradientDescent, ProximalGradient
from workbench.analysis.chains import ChainDiagnostics, ChainSamples, Interval, Moments, Sampling, Tally
from workbench.priors import L1, Tikhonov
from workbench.tuning import (
    ConformalIntervals,
)
from workbench.tuning import quantifiers as found_by
from workbench.tuning.quantifiers import LaplaceApproximation, PosteriorDraws, SplitConformal


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
