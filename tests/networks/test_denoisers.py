"""The basis of a denoiser, against denoisers whose Jacobian is known."""

import pytest
import torch

from workbench.data import truth
from workbench.networks import adapted_basis
from workbench.operators import GaussianBlur
from workbench.refusal import Refusal
from workbench.tensors import generator, normal_like

SHAPE = (1, 12, 12)


def noisy():
    image = truth("camera", 32).double()[..., 8:20, 8:20]
    return image + 0.05 * normal_like(image, generator(0, 0))


def test_of_a_linear_denoiser_it_is_its_eigenbasis():
    blur = GaussianBlur(SHAPE, 1.0)
    found = adapted_basis(blur, noisy(), k=7)
    values = blur.spectrum().sqrt().flatten().sort(descending=True).values[:7]
    torch.testing.assert_close(found.values, values, rtol=1e-6, atol=0)
    images = blur(found.vectors) - found.values[:, None, None, None] * found.vectors
    assert float(images.abs().max()) < 1e-6
    assert found.asymmetry < 1e-12


def test_of_a_shrinkage_that_adapts_it_is_that_at_the_image():
    """D(y) = y sigma(|y|^2): J = s I + 2 s' y y', one value along the image and one across it."""
    y = noisy()
    denoiser = lambda v: v * torch.sigmoid(v.square().flatten(1).sum(1) / 40)[:, None, None, None]  # noqa: E731
    found = adapted_basis(denoiser, y, k=3)
    size = float(y.square().sum())
    s = torch.sigmoid(torch.tensor(size / 40, dtype=torch.float64))
    along = s + 2 * s * (1 - s) * size / 40
    torch.testing.assert_close(found.values, torch.stack([along, s, s]), rtol=1e-6, atol=0)
    assert float((found.vectors[0] * y[0]).sum().abs()) == pytest.approx(size**0.5, rel=1e-6)
    assert found.asymmetry < 1e-12


def test_a_denoiser_that_is_no_gradient_shows():
    found = adapted_basis(lambda v: v + 0.5 * v.roll(1, -1), noisy(), k=2)
    angles = torch.arange(144, dtype=torch.float64) * 2 * torch.pi / 12
    assert float(found.values[0]) == pytest.approx(float((1 + 0.5 * angles.cos()).max()), rel=1e-6)
    # |J - J'|^2 = n / 2 and |J + J'|^2 = n (4 + 1 / 2)
    assert found.asymmetry == pytest.approx((0.5 / 4.5) ** 0.5, rel=0.2)


def test_it_is_of_one_image():
    with pytest.raises(Refusal, match="one image"):
        adapted_basis(lambda v: v, torch.zeros(2, *SHAPE))
