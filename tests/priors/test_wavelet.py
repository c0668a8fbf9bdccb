"""The wavelet transform against PyWavelets, and what the prior leaves free."""

import numpy as np
import pytest
import pywt
import torch

from workbench.parameters import parameters
from workbench.priors import WaveletL1
from workbench.priors.sparsity.filter_bank import FilterBank
from workbench.refusal import Refusal
from workbench.tensors import dot, generator, norm, norm2, normal_like

WAVELETS = next(p.choices for p in parameters(WaveletL1) if p.name == "wavelet")
# PyWavelets tabulates the symlets to 5e-13; three levels of two axes use each filter six times, there and back.
ROUNDING = {name: 6e-12 if name.startswith("sym") else 1e-14 for name in WAVELETS}


def signal(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> torch.Tensor:
    return normal_like(torch.empty(shape, dtype=dtype), generator(seed, 0))


@pytest.mark.parametrize("wavelet", WAVELETS)
@pytest.mark.parametrize("shape", [(2, 3, 16, 24), (1, 2, 40), (1, 1, 8, 8, 16)])
def test_the_transform_is_orthonormal(wavelet, shape):
    bank, x, z = FilterBank(wavelet, 3), signal(*shape), signal(*shape, seed=1)
    assert bank.analyse(x).shape == x.shape
    assert torch.allclose(norm2(bank.analyse(x)), norm2(x), rtol=2 * ROUNDING[wavelet], atol=0)
    assert (norm(bank.synthesise(bank.analyse(x)) - x) <= ROUNDING[wavelet] * norm(x)).all()
    assert torch.allclose(dot(bank.analyse(x), z), dot(x, bank.synthesise(z)), rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize("wavelet", WAVELETS)
def test_coefficients_are_those_of_pywavelets(wavelet):
    x, bank = signal(1, 1, 128, 136), FilterBank(wavelet, 3)
    image = pywt.wavedec2(x[0, 0].numpy(), wavelet, mode="periodization", level=3)
    assert np.allclose(bank.analyse(x)[0, 0], pywt.coeffs_to_array(image)[0], rtol=0, atol=1e-12)
    line = pywt.wavedec(x[0, 0, 0].numpy(), wavelet, mode="periodization", level=3)
    assert np.allclose(bank.analyse(x[:, :, 0])[0, 0], np.concatenate(line), rtol=0, atol=1e-12)


def test_the_coarse_approximation_is_free():
    flat = torch.full((1, 1, 16, 16), 7.0, dtype=torch.float64)
    assert float(WaveletL1(3.0)(flat)) < 1e-10
    assert torch.allclose(WaveletL1(1e6).prox(flat, 1.0), flat)


def test_value_and_prox_of_haar_by_hand():
    x, root = torch.tensor([[[1.0, 3.0, 0.0, 0.5]]], dtype=torch.float64), 2**0.5
    prior = WaveletL1(0.5, "haar", 1)
    assert float(prior(x)) == pytest.approx(0.5 * (2 + 0.5) / root)
    # Each pair keeps its mean; its difference shrinks by weight sqrt(2), to 0 where it is less.
    expected = torch.tensor([1 + 0.5 / root, 3 - 0.5 / root, 0.25, 0.25], dtype=torch.float64)
    assert torch.allclose(prior.prox(x, 1.0), expected.expand_as(x))


def test_complex_details_count_by_their_modulus():
    x, turn = signal(1, 1, 16, 16, dtype=torch.complex128), np.exp(0.7j)
    prior = WaveletL1(1.0)
    assert torch.allclose(prior(turn * x), prior(x))
    assert torch.allclose(prior.prox(turn * x, 0.5), turn * prior.prox(x, 0.5))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1, 250, 256), ("levels=1", "248 x 256", "256 x 256")),
        ((1, 33), ("another prior", "32 px", "40 px")),
        ((1, 12, 8), ("levels=2", "8 x 8", "16 x 8")),
        ((1, 3), ("another prior", "8 px")),
    ],
)
def test_sides_that_do_not_halve_get_the_sizes_that_do(shape, words):
    sentence = WaveletL1(levels=3).unfit(shape, torch.float32)
    assert all(word in sentence for word in words)
    with pytest.raises(Refusal, match="halved 3 times"):
        WaveletL1(levels=3)(torch.zeros(1, *shape))


def test_long_filters_wrap_around_short_sides_more_than_once():
    x, bank = signal(1, 1, 2, 4), FilterBank("db8", 1)
    assert torch.allclose(bank.synthesise(bank.analyse(x)), x, atol=1e-14)


def test_the_prox_can_be_differentiated():
    prior = WaveletL1(1.0, "db2", 2)
    x = signal(1, 1, 8, 8).requires_grad_()
    assert torch.autograd.gradcheck(lambda z: prior.prox(z, 0.1), (x,))
    v = signal(1, 1, 8, 8)
    pushed = torch.func.jvp(lambda z: prior.prox(z, 0.1), (x.detach(),), (v,))[1]
    slope = (prior.prox(x + 1e-6 * v, 0.1) - prior.prox(x - 1e-6 * v, 0.1)) / 2e-6
    assert torch.allclose(pushed, slope, atol=1e-7)
