"""What counts as inside, and what has no order."""

import pytest
import torch

from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import Box, NonNegative, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rounding_is_inside_and_more_is_outside(dtype):
    unit = torch.finfo(dtype).eps
    x = torch.tensor([[[2.0, -20 * unit]], [[2.0, -1000 * unit]], [[2.0, -0.5]]], dtype=dtype)
    assert NonNegative()(x).tolist() == [0, torch.inf, torch.inf]
    assert Box(0, 2)(2 - x).tolist() == [0, torch.inf, torch.inf]
    assert Box(-0.5, 2)(x).tolist() == [0, 0, 0]


def test_rounding_is_relative_to_the_signal():
    x = torch.tensor([[[1e-9, -1e-10]], [[0.0, 0.0]], [[torch.nan, 1.0]]], dtype=torch.float64)
    assert NonNegative()(x).tolist() == [torch.inf, 0, torch.inf]


def test_projections_by_hand():
    x = torch.tensor([[[-2.0, 0.3, 5.0]]])
    assert NonNegative().prox(x, 3.0).tolist() == [[[0, pytest.approx(0.3), 5]]]
    assert Box(-1, 1).prox(x, 3.0).tolist() == [[[-1, pytest.approx(0.3), 1]]]
    assert Box(0.5, 0.5).prox(x, 1.0).tolist() == [[[0.5, 0.5, 0.5]]]


@pytest.mark.parametrize("prior", [NonNegative(), Box()])
def test_complex_unknowns_are_refused(prior):
    y = torch.zeros(1, 1, 4, dtype=torch.complex64)
    assert Problem(Identity((1, 4)), Gaussian(), Zero(), y)
    with pytest.raises(Refusal, match="complex"):
        Problem(Identity((1, 4)), Gaussian(), prior, y)


def test_an_empty_box_is_refused():
    with pytest.raises(Refusal, match="low <= high"):
        Box(1.0, 0.0)
