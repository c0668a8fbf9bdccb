"""White noise: its convention for complex data, and its prox by hand."""

import pytest
import torch

from workbench.noise import Gaussian
from workbench.refusal import Refusal
from workbench.tensors import generator, normal_like


def test_sigma_is_that_of_each_part():
    clean = torch.zeros(1, 100_000, dtype=torch.complex128)
    y = Gaussian(0.3).sample(clean, generator(0, 0))
    for part in (y.real, y.imag):
        # The standard error of a standard deviation is sigma / sqrt(2 n).
        assert float(part.std()) == pytest.approx(0.3, abs=5 * 0.3 / 200_000**0.5)
    assert float((y.real * y.imag).mean()) == pytest.approx(0, abs=5 * 0.09 / 100_000**0.5)


def test_value_is_the_squared_distance_over_two_variances():
    clean, y = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.5, 0.0]])
    assert float(Gaussian(0.5).nll(clean, y)) == pytest.approx(4.25 / 0.5)
    assert float(Gaussian(0.5).nll(clean * 1j, y * 1j)) == pytest.approx(4.25 / 0.5)


def test_prox_is_a_weighted_mean():
    v, y = torch.tensor([[1.0]]), torch.tensor([[3.0]])
    assert float(Gaussian(0.5).prox(v, y, 0.25)) == pytest.approx(2)
    assert float(Gaussian(0.5).prox(v, y, 0.0)) == 1


def test_twice_the_sigma_is_twice_the_same_noise():
    clean = normal_like(torch.empty(1, 8, dtype=torch.float64), generator(1, 0))
    one, two = (Gaussian(s).sample(clean, generator(0, 0)) - clean for s in (0.1, 0.2))
    assert torch.allclose(2 * one, two)


def test_noise_of_no_size_is_refused():
    with pytest.raises(Refusal, match=r"Gaussian\.sigma"):
        Gaussian(0.0)
