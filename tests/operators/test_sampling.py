"""Mask, Downsample and FourierMask against numpy."""

import numpy as np
import pytest
import torch

from tests.laws.small import random
from workbench.operators import Downsample, FourierMask, Mask
from workbench.refusal import Refusal


@pytest.mark.parametrize("keep", [0.1, 0.5, 1.0])
def test_mask_keeps_what_it_says(keep):
    mask = Mask((3, 20, 30), keep)
    assert int(mask.mask().sum()) == round(keep * 600)
    x = random((2, 3, 20, 30), torch.float64)
    assert torch.equal(mask(x), torch.where(mask.mask() == 1, x, 0))


def test_masks_of_one_seed_are_nested_and_of_two_differ():
    few, many = Mask(keep=0.2).mask(), Mask(keep=0.4).mask()
    assert bool((few <= many).all())
    assert not torch.equal(few, Mask(keep=0.2, seed=1).mask())
    few, many = FourierMask(keep=0.2).mask(), FourierMask(keep=0.4).mask()
    assert bool((few <= many).all())


def test_block_is_a_centred_square():
    mask = Mask((1, 16, 16), 0.75, "block").mask().numpy()
    wanted = np.ones((16, 16))
    wanted[4:12, 4:12] = 0
    assert np.array_equal(mask, wanted)
    assert float(Mask((1, 64, 64), 0.5, "block").mask().mean()) == pytest.approx(0.5, abs=0.01)


def test_downsample_is_the_mean_of_blocks():
    x = random((2, 3, 12, 8), torch.float64)
    wanted = x.numpy().reshape(2, 3, 3, 4, 2, 4).mean(axis=(3, 5))
    assert np.abs(Downsample((3, 12, 8), 4)(x).numpy() - wanted).max() < 1e-15
    y, A = random((2, 3, 3, 2), torch.float64), Downsample((3, 12, 8), 4)
    assert torch.allclose(A(A.adjoint(y)), y / 16, atol=1e-16)


@pytest.mark.parametrize("pattern", ["lines", "points"])
@pytest.mark.parametrize("space", [(16, 20), (15, 9), (12,), (4, 6, 8)])
def test_fourier_is_that_of_numpy(pattern, space):
    A, x = FourierMask((2, *space), 0.5, 0.1, pattern), random((3, 2, *space), torch.complex128)
    axes = tuple(range(2, 2 + len(space)))
    wanted = np.fft.fftshift(np.fft.fftn(x.numpy(), axes=axes, norm="ortho"), axes=axes) * A.mask().numpy()
    assert np.abs(A(x).numpy() - wanted).max() < 1e-13


def test_frequencies_are_dense_in_the_middle():
    lines = FourierMask((1, 64, 100), 0.3, 0.08).mask()
    assert torch.equal(lines, lines[:1].expand_as(lines))
    assert int(lines[0].sum()) == 30
    assert bool(lines[0, 46:54].all())
    points = FourierMask((1, 64, 64), 0.3, 0.04, "points").mask()
    assert int(points.sum()) == round(0.3 * 4096)
    assert bool(points[28:36, 28:36].all())
    assert float(points[16:48, 16:48].mean()) > 3 * float(points[:8].mean())


def test_the_zero_frequency_is_always_first_to_be_kept():
    for shape in ((1, 8), (1, 9), (1, 8, 8), (1, 9, 7)):
        mask = FourierMask(shape, 0.2, 0.2, "points").mask()
        assert mask[tuple(side // 2 for side in shape[1:])] == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: Mask(keep=0.0), "raise keep"),
        (lambda: Mask((1, 4, 4), 0.01, "block"), "raise keep"),
        (lambda: Mask(pattern="stripes"), "'random' or 'block'"),
        (lambda: FourierMask(keep=0.0, centre=0.0), "raise keep"),
        (lambda: FourierMask(keep=0.1, centre=0.2), "centre <= keep = 0.1, got 0.2"),
        (lambda: Downsample((1, 63, 30), 4), "take 1 x 64 x 32"),
        (lambda: Downsample((1, 2, 2), 5), "take 1 x 5 x 5"),
    ],
)
def test_refusals(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()
