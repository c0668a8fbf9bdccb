"""Stopping rules: each by itself, composed, described, typed, and in runs."""

import dataclasses
import json
import time

import numpy as np
import pytest
import scipy.stats
import torch

from workbench.algorithms import FISTA, PDHG, Algorithm, GradientDescent, State
from workbench.analysis import certify
from workbench.analysis.certificates import fixed_point
from workbench.cli.experiment.choose import choose
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.noise import Gaussian, Poisson
from workbench.operators import GaussianBlur, Operator
from workbench.parameters import as_code, describe, parameters, rebuild
from workbench.priors import L1, Tikhonov, TotalVariation, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, run, until
from workbench.stopping import Both, Change, Discrepancy, Either, Gap, Residual, Seconds, Steps, Stop, parse
from workbench.tensors import norm

SHAPE = (1, 16, 16)
RULES = (
    Steps(7),
    Seconds(0.05),
    Gap(1e-3),
    Residual(1e-4),
    Change(1e-3),
    Discrepancy(1.1),
    Steps(3) | Gap(),
    Gap() & Steps(),
)


def small(prior=None, noise=None) -> Problem:
    truth = torch.linspace(0, 1, 256, dtype=torch.float64).reshape(1, *SHAPE)
    return Problem.simulate(GaussianBlur(SHAPE, 1.0), noise or Gaussian(0.1), prior or Tikhonov(1.0), truth)


def states(problem: Problem, algorithm: Algorithm, rule: Stop, most: int = 2000) -> list:
    return list(until(until(iterate(problem, algorithm), rule.begin(problem, algorithm)), after(most)))


@pytest.mark.parametrize("rule", RULES, ids=as_code)
def test_rules_are_public_objects(rule):
    description = json.loads(json.dumps(describe(rule)))
    assert rebuild(description) == rule
    assert (type(rule).__doc__ or "").strip()
    assert all(p.meaning for p in parameters(type(rule)))
    type(rule)()


def test_steps_and_seconds(monkeypatch):
    assert [s.k for s in states(small(), GradientDescent(), Steps(7))] == list(range(8))
    now = [0.0]

    @dataclasses.dataclass(frozen=True)
    class SixteenthsOfASecond(GradientDescent):
        def step(self, problem, state, rng):
            now[0] += 1 / 16
            return GradientDescent.step(self, problem, state, rng)

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert states(small(), SixteenthsOfASecond(), Seconds(0.25), most=10**6)[-1].k == 4


def test_a_gap_is_reached_and_not_before():
    problem, every = small(TotalVariation(2.0)), 5
    found = states(problem, PDHG(), Gap(1e-3, every))
    relative = [float(certify(problem, PDHG(), s).relative) for s in found if s.k % every == 0]
    assert 2 < len(found) < 2000
    assert relative[-1] <= 1e-3 < min(relative[:-1])


def test_a_fixed_point_and_a_change():
    problem = small(L1(1.0))
    found = states(problem, FISTA(), Residual(1e-6, 4))
    assert float(fixed_point(problem, FISTA(), found[-1])[1]) <= 1e-6
    assert float(fixed_point(problem, FISTA(), found[-5])[1]) > 1e-6
    found = states(problem, FISTA(), Change(1e-4, 10))
    assert float(norm(found[-1].x - found[-11].x)) <= 1e-4 * float(norm(found[-1].x))


def test_morozov_stops_at_the_noise():
    problem = small(Tikhonov(1e-3))
    last = states(problem, GradientDescent(), Discrepancy(1.0, 1))[-1]
    assert float(norm(problem.operator(last.x) - problem.y)) <= 0.1 * 16
    for noise in (Gaussian(0.3), Poisson(400.0)):
        clean = torch.full((40, 1, 30, 30), 0.7, dtype=torch.float64)
        y = noise.sample(clean, torch.Generator().manual_seed(0))
        assert abs(float(noise.nll(clean, y).mean()) / noise.expected(y) - 1) < 0.03


@pytest.mark.parametrize("peak", [2.0, 20.0, 300.0])
def test_few_counts_are_expected_to_have_their_own_misfit(peak):
    """Against the deviance summed over SciPy's law at the true rates, which the rule does not know."""
    truth = Shipped("camera", 96).tensor().double()
    dim = torch.cat([truth, 0.05 * truth, 0 * truth])
    noise = Poisson(peak, 0.02)
    y = noise.sample(dim, torch.Generator().manual_seed(1))
    rate = (peak * (dim + 0.02)).reshape(3, -1).numpy()
    k = np.arange(500)[:, None]
    for item in range(3):
        cost = rate[item] - k + np.where(k > 0, k * np.log(np.maximum(k, 1) / rate[item]), 0)
        exact = (scipy.stats.poisson.pmf(k, rate[item]) * cost).sum()
        assert noise.expected(y[item : item + 1]) == pytest.approx(exact, rel=0.1)


def test_each_item_of_a_batch_has_its_own_discrepancy():
    truth = Shipped("camera", 32).tensor().double()
    problem = Problem.simulate(GaussianBlur((1, 32, 32)), Poisson(20.0, 1e-3), Zero(), torch.cat([0 * truth, truth]))
    rule = Discrepancy(1.0, 1).begin(problem, GradientDescent())
    ends = torch.tensor([problem.noise.expected(y) for y in problem.y.split(1)])
    assert ends[0] < 0.5 * ends[1]
    for misfits, held in ((0.99 * ends, True), (torch.stack([1.1 * ends[0], 0.5 * ends[1]]), False)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Problem, "misfit", lambda self, x, misfits=misfits: misfits)
            assert bool(rule(State(problem.zeros(), 1))) is held


def test_either_and_both():
    problem = small()
    assert states(problem, GradientDescent(), Steps(5) | Steps(9))[-1].k == 5
    assert states(problem, GradientDescent(), Steps(5) & Steps(9))[-1].k == 9
    assert states(problem, GradientDescent(), Steps(3) & (Steps(5) | Seconds(100.0)))[-1].k == 5


def test_no_look_at_the_device_between_two():
    looks = []

    class Counted(Stop):
        def begin(self, problem, algorithm):
            return Discrepancy(0.0, 10).begin(problem, algorithm)

    problem = small()
    rule, nll = Counted().begin(problem, GradientDescent()), Gaussian.nll
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gaussian, "nll", lambda *given: looks.append(1) or nll(*given))
        for state in until(iterate(problem, GradientDescent()), after(40)):
            rule(state)
    assert len(looks) == 5


class Squares(Operator):
    """x -> x^2."""

    def __init__(self) -> None:
        super().__init__(SHAPE, SHAPE)

    def forward(self, x):
        return x * x


def test_a_gap_that_cannot_be_is_refused_before_the_run():
    problem = Problem(Squares(), Gaussian(), Tikhonov(), small().y)
    with pytest.raises(Refusal, match="linear"):
        (Gap() | Steps(3)).begin(problem, GradientDescent())


def test_rules_as_typed():
    assert parse("gap=1e-6") == Gap(1e-6)
    assert parse("gap=1e-4, seconds=10") == Either(Gap(1e-4), Seconds(10.0))
    assert parse("gap=1e-4&change=1e-5,steps=50") == Either(Both(Gap(1e-4), Change(1e-5)), Steps(50))
    for text in ("gip=3", "gap", "", "gap=1e-4,", "gap=x", "gap=7"):
        with pytest.raises(Refusal):
            parse(text)


def test_runs_and_experiments_and_the_command_line_take_a_rule():
    problem = small()
    assert int(run(problem, GradientDescent(), steps=50, stop=Steps(4) | Gap(1e-12)).k[-1]) == 4
    experiment = choose({"truth": "coins", "truth.size": "16", "stop": "steps=3"}, Experiment())
    assert experiment.stop == Steps(3)
    description = json.loads(json.dumps(describe(experiment)))
    assert describe(rebuild(description)) == description
    assert int(experiment.run().k[-1]) == 3


@pytest.mark.parametrize("tau", [0.9, 1.0, 1.7])
def test_tau_multiplies_the_norm_of_the_residual(tau):
    """|A x - y| <= tau sigma sqrt(n), as Morozov has it."""
    problem = small()
    rule = Discrepancy(tau, 1).begin(problem, GradientDescent())
    x = torch.zeros_like(problem.y)
    sigma, away = 0.1, torch.where(torch.arange(256).reshape(1, *SHAPE) % 2 == 0, 1.0, -1.0).double()
    for part, held in ((0.999, True), (1.001, False)):
        moved = dataclasses.replace(problem, y=problem.operator(x) + part * tau * sigma * away)
        rule = Discrepancy(tau, 1).begin(moved, GradientDescent())
        assert float(norm(moved.operator(x) - moved.y)) == pytest.approx(part * tau * sigma * 16)
        assert bool(rule(State(x, 1))) is held
