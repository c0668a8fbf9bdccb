"""Counting noise: below zero, at zero, and what it refuses."""

import math

import pytest
import torch

from workbench.noise import Poisson
from workbench.operators import Identity
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import generator

COUNTS = torch.tensor([0.0, 0.01, 0.05, 0.3, 2.0], dtype=torch.float64)[:, None]


def test_value_is_minus_log_probability_up_to_a_constant():
    law, y = Poisson(7.0, 0.2), torch.tensor([[3.0 / 7.0]], dtype=torch.float64)
    clean = torch.linspace(0, 2, 9, dtype=torch.float64)[:, None]
    rate = 7 * (clean + 0.2)
    exact = rate - 3 * rate.log() + math.lgamma(4)
    offset = law.nll(clean, y.expand_as(clean)) - exact[:, 0]
    assert torch.allclose(offset, offset[0].expand(9), atol=1e-12)


def test_value_is_half_the_deviance():
    law = Poisson()
    assert torch.allclose(law.nll(COUNTS[2:] - 0.05, COUNTS[2:]), torch.zeros(3, dtype=torch.float64), atol=1e-12)
    assert (law.nll(COUNTS + 0.3, COUNTS) >= 0).all()
    clean = torch.rand(1, 100_000, generator=generator(0, 0))
    mean = float(law.nll(clean, law.sample(clean, generator(1, 0)))) / clean.numel()
    assert mean == pytest.approx(0.5, abs=0.03)  # a half per datum, as for Gaussian noise, at these rates


def test_value_and_gradient_are_continuous_at_zero():
    law, tiny = Poisson(), torch.full_like(COUNTS, 1e-9)
    for f in (law.nll, law.grad):
        jump = (f(tiny, COUNTS) - f(-tiny, COUNTS)).abs().max()
        assert float(jump) <= 4e-9 * law.lipschitz(COUNTS)


def test_pixels_without_a_count_have_a_finite_minimum():
    law = Poisson(100.0, 0.05)
    few = COUNTS[:3]  # at most the background
    assert torch.allclose(law.grad(few - law.background, few), torch.zeros_like(few), atol=1e-10)
    assert law.lipschitz(0 * few) == pytest.approx(100 / 0.05)
    far = law.prox(few, few, 1e6)
    assert torch.allclose(far, few - law.background, atol=1e-5)


def test_prox_of_a_vanishing_step_is_the_identity():
    v = torch.linspace(-3, 3, 41, dtype=torch.float64)[None]
    for count in COUNTS:
        assert torch.allclose(Poisson().prox(v, count.expand_as(v), 0.0), v, atol=1e-15)
        assert torch.allclose(Poisson().prox(v, count.expand_as(v), 1e-12), v, atol=1e-7)


def test_prox_in_single_precision_with_a_large_step():
    y = COUNTS.float()
    u = Poisson().prox(torch.full_like(y, 0.5), y, 1e4)
    assert torch.allclose(u, y - 0.05, atol=1e-5)


def test_negative_and_complex_are_refused():
    law = Poisson()
    with pytest.raises(Refusal, match="down to -1"):
        law.sample(torch.tensor([[1.0, -1.0]]), generator(0, 0))
    with pytest.raises(Refusal, match="complex"):
        law.sample(torch.ones(1, 2, dtype=torch.complex64), generator(0, 0))
    assert "-0.5" in law.unfit(torch.tensor([[1.0, -0.5]]))
    for y, word in ((torch.tensor([[[1.0, -0.5]]]), "counts"), (torch.ones(1, 1, 2, dtype=torch.complex64), "complex")):
        with pytest.raises(Refusal, match=word):
            Problem(Identity((1, 2)), law, Zero(), y)


def test_rounding_below_zero_is_not_refused():
    clean = torch.tensor([[1.0, -1e-8]])
    assert torch.isfinite(Poisson().sample(clean, generator(0, 0))).all()


@pytest.mark.parametrize("arguments", [(0.0, 0.05), (10.0, 0.0), (10.0, -1.0)])
def test_parameters_without_meaning_are_refused(arguments):
    with pytest.raises(Refusal, match="Poisson"):
        Poisson(*arguments)
