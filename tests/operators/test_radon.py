"""The tomograph against scikit-image and a disk in closed form."""

import math

import numpy as np
import pytest
import skimage.data
import skimage.transform
import torch

from tests.laws.small import random
from workbench.operators import Radon
from workbench.refusal import Refusal


def disk(side, radius, centre=(0.0, 0.0), oversample=8):
    """A disk on [-1/2, 1/2]^2, y up, antialiased."""
    s = (np.arange(side * oversample) + 0.5) / (side * oversample) - 0.5
    inside = (s[None] - centre[0]) ** 2 + (s[:, None] + centre[1]) ** 2 < radius**2
    blocks = inside.reshape(side, oversample, side, oversample).mean(axis=(1, 3))
    return torch.from_numpy(blocks)[None, None]


def test_a_disk_has_the_chords_of_geometry():
    side, radius, (u, v) = 128, 0.2, (0.15, -0.1)
    A = Radon((1, side, side), (0.0, 33.0, 90.0, 145.0))
    bins = A.out_shape[-1]
    a = A.degrees().deg2rad()[:, None]
    s = (torch.arange(bins, dtype=torch.float64) - (bins - 1) / 2) / side - u * a.cos() - v * a.sin()
    wanted = 2 * (radius**2 - s**2).clamp_min(0).sqrt()
    error = A(disk(side, radius, (u, v)))[0, 0] - wanted
    assert float(error.norm() / wanted.norm()) < 0.02
    assert float(error.abs()[(s.abs() - radius).abs() > 2 / side].max()) < 0.005


def test_the_phantom_of_scikit_image():
    # Of this side both detectors have 183 bins, and bin 91 in the middle.
    image = skimage.transform.resize(skimage.data.shepp_logan_phantom(), (129, 129), anti_aliasing=True)
    degrees = tuple(np.arange(0, 180, 6.0))
    found = Radon((1, 129, 129), degrees)(torch.from_numpy(image)[None, None])[0, 0].T.numpy() * 129
    wanted = skimage.transform.radon(image, degrees, circle=False)
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.9999
    assert np.linalg.norm(found - wanted) < 0.01 * np.linalg.norm(wanted)


def test_a_sinogram_weighs_the_image_at_every_angle():
    x = random((2, 3, 20, 31), torch.float64).abs()
    A = Radon((3, 20, 31), 24)
    assert A.out_shape == (3, 24, math.ceil(math.hypot(20, 31)))
    # Joseph's weights of a pixel sum to 1 up to their interpolation, none is lost beside the detector.
    assert torch.allclose(A(x).sum(-1) * 31, x.sum((2, 3))[..., None].expand(2, 3, 24), rtol=0.05)


def test_angles_by_number_or_by_value():
    x = random((1, 1, 16, 16), torch.float64)
    assert torch.equal(Radon((1, 16, 16), 4)(x), Radon((1, 16, 16), (0.0, 45.0, 90.0, 135.0))(x))
    assert torch.allclose(Radon((1, 16, 16), (0.0,))(x).sum() * 16, x.sum())


def test_channels_and_parts_are_images_of_their_own():
    x, A = random((2, 2, 12, 10), torch.complex128), Radon((2, 12, 10), 7)
    one = Radon((1, 12, 10), 7)
    assert torch.allclose(A(x)[:, 1:].imag, one(x[:, 1:].imag.contiguous()), atol=1e-15)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: Radon(angles=0), "at least one angle"),
        (lambda: Radon(angles=()), "at least one angle"),
        (lambda: Radon(angles=2.5), "Radon.angles"),
        (lambda: Radon(angles=(0.0, math.nan)), "Radon.angles"),
        (lambda: Radon((1, 64)), "take 1 x 64 x 64"),
    ],
)
def test_refusals(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()
