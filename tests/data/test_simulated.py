"""Data made on a finer grid: no inverse crime, and how much that changes."""

import pytest
import torch
from numpy.testing import assert_allclose

from workbench import operators
from workbench.data import Array, Shipped, Simulated
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.operators import Downsample, GaussianBlur, Identity, Mask
from workbench.parameters import describe, rebuild
from workbench.priors import Tikhonov
from workbench.refusal import Refusal

SIGNAL = Shipped("camera", 32)
QUIET = Gaussian(1e-6)


def problem(source, operator):
    return Experiment(source, operator, QUIET, Tikhonov()).problem()


def test_the_truth_is_the_mean_of_the_finer_signal_and_so_are_data_of_the_identity():
    fine = Shipped("camera", 64).tensor()
    found = problem(Simulated(SIGNAL, 2), Identity((1, 32, 32)))
    means = torch.nn.functional.avg_pool2d(fine, 2)
    assert_allclose(found.truth, means, atol=1e-6)
    assert_allclose(found.y, means, atol=1e-5)


def test_once_as_fine_is_as_before():
    operator = GaussianBlur((1, 32, 32), 1.0)
    same, before = problem(Simulated(SIGNAL), operator), problem(SIGNAL, operator)
    assert torch.equal(same.y, before.y) and torch.equal(same.truth, before.truth)
    source = Simulated(SIGNAL, 2)
    assert describe(rebuild(describe(source))) == describe(source)


def test_a_narrow_blur_is_another_one_on_a_finer_grid_and_a_wide_one_is_not():
    """Of a Gaussian much wider than a pixel both grids make the same; of one as wide as a pixel they do not."""
    away = {}
    for width in (0.5, 4.0):
        found = problem(Simulated(SIGNAL, 3), GaussianBlur((1, 32, 32), width))
        away[width] = float((found.operator(found.truth) - found.y).norm() / found.y.norm())
    assert away[4.0] < 2e-3 and away[0.5] > 1e-2


def test_a_signal_that_cannot_be_drawn_larger_is_taken_in_blocks():
    signal = Array(SIGNAL.tensor()[0])
    found = problem(Simulated(signal, 2), GaussianBlur((1, 32, 32), 1.0))
    assert torch.equal(found.truth, signal.tensor())
    blocks = signal.tensor().repeat_interleave(2, 2).repeat_interleave(2, 3)
    by_hand = torch.nn.functional.avg_pool2d(GaussianBlur((1, 64, 64), 2.0)(blocks), 2)
    assert_allclose(found.y, by_hand, atol=1e-5)


SCALING = [name for name in operators.__all__ if getattr(getattr(operators, name), "scales", False)]


@pytest.mark.parametrize("name", SCALING)
def test_an_operator_that_scales_makes_nearly_the_same_data_of_a_smooth_signal(name):
    operator = getattr(operators, name)().fitted((1, 32, 32))
    at = torch.arange(64, dtype=torch.float64) - 31.5
    bell = torch.exp(-(at[:, None] ** 2 + at**2) / 2 / 12**2)[None, None]
    finer = operator.on_finer_grid(2)(bell)
    coarse = operator(torch.nn.functional.avg_pool2d(bell, 2))
    factors = [a // b for a, b in zip(finer.shape[2:], coarse.shape[2:], strict=True)]
    assert_allclose(torch.nn.functional.avg_pool2d(finer, factors), coarse, atol=0.01)


@pytest.mark.parametrize(
    ("source", "operator", "sentence"),
    [
        (Simulated(SIGNAL, 2), Mask((1, 32, 32)), "known on a finer grid"),
        (Simulated(Shipped("camera", 2048), 3), Identity((1, 2048, 2048)), "at most 4096"),
        (Simulated(SIGNAL, 2), Downsample((1, 16, 16)), "a batch of 1 x 16 x 16"),
    ],
)
def test_what_has_no_finer_grid_is_refused_in_a_sentence(source, operator, sentence):
    with pytest.raises(Refusal, match=sentence):
        problem(source, operator)
