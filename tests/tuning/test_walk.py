"""A path is warm, lazy, whole, and finds where weights stand."""

import itertools

import pytest
import torch

from workbench import tuning
from workbench.algorithms import PDHG, GradientDescent
from workbench.data import truth
from workbench.noise import Gaussian, Poisson
from workbench.operators import FourierMask, GaussianBlur, Identity
from workbench.priors import (
    L1,
    GaussianProcess,
    NonNegative,
    SmoothedTotalVariation,
    Sum,
    Tikhonov,
    TotalVariation,
    WaveletL1,
)
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import Diverged, iterate, until
from workbench.stopping import Change
from workbench.tensors import norm
from workbench.tuning.modes import closed_point, modes

METHODS = (None, PDHG())


def deblurring(side: int = 48) -> Problem:
    return Problem.simulate(
        GaussianBlur((1, side, side), 1.5), Gaussian(0.02), TotalVariation(), truth("coins", side), seed=1
    )


def test_a_path_over_this_deblurring_costs_less_than_5_cold_solves():
    """In steps, data and moved data counted as two; a cold solve ends within 1e-3 of the minimiser.

    Of this problem: denoising, whose cold solve is short, takes more, see docs/decisions/automatic_weight.md.
    """
    problem, walk = deblurring(), tuning.Walk()
    found = tuning.tune(problem, [tuning.Oracle(), tuning.SURE()], walk)
    own = tuning.at_weight(problem, found.selected["oracle"].weight)
    method = walk.solver(own)
    *_, best = itertools.islice(iterate(own, method), 1000)
    *_, cold = until(iterate(own, method), lambda s: bool((norm(s.x - best.x) < 1e-3 * norm(best.x)).all()))
    assert len(found.path.points) == 25
    assert 2 * found.path.steps < 5 * cold.k


@pytest.mark.parametrize("steps", [9, 200])
def test_a_walk_that_leaves_for_infinity_chooses_no_weight(steps):
    """Nine steps too long came to 1e69, and a weight was chosen there without a word."""
    problem = Problem.simulate(Identity((1, 8, 8)), Gaussian(0.1), SmoothedTotalVariation(), truth("coins", 8))
    with pytest.raises(Diverged, match=r"take a smaller step|take 0.00"):
        tuning.tune(problem, walk=tuning.Walk(algorithm=GradientDescent(step_size=10.0), steps=steps))


def test_weights_found_from_the_data_are_near_the_best():
    problem = deblurring()
    found = tuning.tune(problem, [tuning.Oracle(), tuning.SURE(), tuning.GCV()])

    def loss(word: str) -> float:
        x = found.path.nearest(found.selected[word].weight).x
        assert problem.truth is not None
        return float((x - problem.truth).square().mean())

    for word in ("sure", "gcv"):
        assert loss(word) / loss("oracle") < 10**0.03, word  # 0.3 dB


def test_a_minimum_in_closed_form_has_no_slope_where_the_prior_has_a_mean():
    prior, seen = GaussianProcess(mean=0.7), truth("coins", 12).double()
    problem = Problem.simulate(GaussianBlur((1, 12, 12), 1.5), Gaussian(0.05), prior, seen, seed=1)
    found = modes(problem)
    assert found is not None
    x = closed_point(problem, 1.0, found).x
    assert float(norm(problem.misfit_grad(x) + prior.grad(x))) < 1e-9 * float(norm(problem.misfit_grad(0 * x)))


def test_a_path_is_lazy_and_ends_where_one_says():
    seen: list[float] = []
    problem = deblurring(24)
    found = tuning.tune(problem, [tuning.Oracle()], tuning.Walk(count=9), watch=lambda p: bool(seen.append(p.weight)))
    assert len(seen) == len(found.path.points) == 9
    points = tuning.Walk(count=9).points(problem)
    assert next(points).weight == pytest.approx(sorted(seen)[4])


def test_a_method_of_ones_own_and_any_noise_walk():
    problem = Problem.simulate(Identity((1, 16, 16)), Poisson(), TotalVariation(), truth("coins", 16))
    made = [list(tuning.Walk(method, Change(1e-5, 5), 2000).points(problem, [2, 4, 8, 16, 32])) for method in METHODS]
    for one, other in zip(*made, strict=True):
        assert one.weight == other.weight
        assert bool((norm(one.x - other.x) < 3e-3 * norm(one.x)).all())


def test_complex_data_count_both_parts():
    """Denoising in closed form: the optimism is sigma^2 2 n / (1 + w sigma^2)."""
    y = truth("coins", 12).to(torch.complex64)
    problem = Problem.simulate(FourierMask((1, 12, 12), keep=1.0), Gaussian(0.1), Tikhonov(), y)
    for point in tuning.Walk(count=5).points(problem):
        assert point.optimism == pytest.approx(2 * 144 * 0.01 / (1 + 0.01 * point.weight), rel=1e-4)
    split = Problem.simulate(FourierMask((1, 12, 12), keep=1.0), Gaussian(0.1), L1(), y)
    for point in tuning.Walk(count=5, decades=0.5).points(split, [1e-6, 2e-6, 3e-6, 4e-6, 5e-6]):
        assert point.optimism == pytest.approx(2 * 144 * 0.01, rel=1e-2)


def test_a_weight_inside_a_sum_is_found_by_its_path():
    prior = Sum(WaveletL1(), NonNegative())
    assert tuning.weights_in(prior) == ["first.weight"]
    problem = Problem.simulate(Identity((1, 16, 16)), Gaussian(0.1), prior, truth("coins", 16))
    path = tuning.tune(problem, [tuning.Oracle()], tuning.Walk(count=9, where="first.weight", decades=6)).path
    assert len(path.points) == 9
    with pytest.raises(Refusal, match=r"prior\.first\.weight"):
        tuning.tune(problem, [tuning.Oracle()])


def test_bad_ranges_are_refused():
    for weights in ([], [1, 2, 3], [0, 1, 2, 3, 4], [1, 1, 2, 3, 4]):
        with pytest.raises(Refusal, match="5 different weights"):
            list(tuning.Walk().points(deblurring(8), weights))
