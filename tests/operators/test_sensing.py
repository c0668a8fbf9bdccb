"""Random measurements, mixtures of channels and stacks against scipy and their definitions."""

import numpy as np
import pytest
import scipy.fft
import scipy.linalg
import torch

from tests.laws.small import matrix, random
from workbench.operators import Colour, Downsample, GaussianSensing, Identity, Mask, Radon, Stack, StructuredSensing
from workbench.operators.cosine import cosine_sum, cosines
from workbench.operators.sensors.sensing import hadamard
from workbench.refusal import Refusal


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_cosines_are_those_of_scipy(dtype):
    x = random((2, 3, 5, 8), dtype)
    found = cosines(x, (2, 3))
    wanted = scipy.fft.dctn(x.numpy(), axes=(2, 3), norm="ortho")
    assert np.abs(found.numpy() - wanted).max() < 1e-14
    assert torch.allclose(cosine_sum(found, (2, 3)), x, atol=1e-14)


def test_hadamard_is_that_of_scipy():
    found = hadamard(torch.eye(16, dtype=torch.float64))
    assert np.abs(found.numpy() - scipy.linalg.hadamard(16) / 4).max() < 1e-15


def test_gaussian_rows_have_length_one_in_the_mean():
    A = matrix(GaussianSensing((1, 20, 20), 0.5))
    assert A.shape == (200, 400)
    assert float(A.square().sum(0).mean()) == pytest.approx(1, abs=0.02)
    assert float(A.mean()) == pytest.approx(0, abs=1e-3)
    assert float(A.std() * 200**0.5) == pytest.approx(1, abs=0.01)
    assert not torch.equal(A, matrix(GaussianSensing((1, 20, 20), 0.5, seed=1)))


@pytest.mark.parametrize("transform", ["cosine", "hadamard"])
def test_structured_rows_are_orthonormal_and_see_the_mean(transform):
    A = StructuredSensing((1, 8, 8), 0.3, transform, signs=False)
    M = matrix(A)
    assert torch.allclose(M @ M.mT, torch.eye(19, dtype=torch.float64), atol=1e-14)
    assert torch.allclose(M[0], torch.full((64,), 1 / 8, dtype=torch.float64), atol=1e-15)
    signed = matrix(StructuredSensing((1, 8, 8), 0.3, transform))
    assert torch.allclose(signed.abs(), M.abs(), atol=1e-14)
    assert not torch.allclose(signed, M)


def test_colours():
    x = random((2, 3, 4, 5), torch.float64)
    grey = Colour((3, 4, 5))(x)
    assert torch.allclose(grey[:, 0], 0.299 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2], atol=1e-15)
    opponent = matrix(Colour((3, 2, 2), "opponent"))
    assert torch.allclose(opponent @ opponent.mT, torch.eye(12, dtype=torch.float64), atol=1e-14)
    ones = torch.ones(1, 4, 6)
    assert torch.allclose(Colour((4, 6), "random")(ones), ones)


def test_a_stack_holds_both_along_channels_or_in_a_row():
    x = random((2, 1, 6, 6), torch.float64)
    mask, radon, small = Mask((1, 6, 6)), Radon((1, 6, 6), 3), Downsample((1, 6, 6))
    both = Stack(mask, Identity((1, 6, 6)))
    assert both.out_shape == (2, 6, 6)
    assert torch.equal(both(x), torch.cat([mask(x), x], 1))
    flat = Stack(radon, small)
    assert flat.out_shape == (1, 3 * 9 + 9)
    assert torch.equal(flat(x)[:, 0], torch.cat([radon(x).flatten(1), small(x).flatten(1)], 1))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: GaussianSensing((1, 256, 256)), r"16384 x 65536 numbers, 8.0 GiB"),
        (lambda: GaussianSensing(keep=0.0), "raise keep"),
        (lambda: StructuredSensing(keep=0.0), "raise keep"),
        (lambda: StructuredSensing((1, 63, 64), transform="hadamard"), "take 1 x 64 x 64"),
        (lambda: Colour((1, 64, 64)), "3 channels"),
        (lambda: Stack(Identity((1, 4)), Identity((1, 5))), "1 x 5"),
    ],
)
def test_refusals(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()
