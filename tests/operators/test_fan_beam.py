"""The fan-beam tomograph against the parallel one, a disk in closed form, and its two implementations."""

import math

import pytest
import torch

from tests.laws.small import random
from tests.operators.test_radon import disk
from workbench.kernels import fan
from workbench.kernels.dispatch import use
from workbench.operators import FanBeamRadon, Radon
from workbench.refusal import Refusal
from workbench.tensors import dot


def test_a_disk_has_the_chords_of_geometry():
    side, radius, (u, v) = 128, 0.2, (0.15, -0.1)
    A = FanBeamRadon((1, side, side), (0.0, 33.0, 90.0, 215.0), 1.5)
    bins = A.out_shape[-1]
    slant = torch.atan((torch.arange(bins, dtype=torch.float64) - (bins - 1) / 2) / side / 1.5)
    turn = A.degrees().deg2rad()[:, None] + slant
    s = 1.5 * slant.sin() - u * turn.cos() - v * turn.sin()
    wanted = 2 * (radius**2 - s**2).clamp_min(0).sqrt()
    error = A(disk(side, radius, (u, v)))[0, 0] - wanted
    assert float(error.norm() / wanted.norm()) < 0.02
    assert float(error.abs()[(s.abs() - radius).abs() > 2 / side].max()) < 0.005


def test_a_source_far_away_sends_parallel_rays():
    x, degrees = disk(32, 0.3), (0.0, 30.0, 70.0, 200.0)
    far, parallel = FanBeamRadon((1, 32, 32), degrees, 1000.0), Radon((1, 32, 32), degrees)
    assert far.out_shape == parallel.out_shape
    assert torch.allclose(far(x), parallel(x), atol=2e-3)


@pytest.mark.parametrize("distance", [0.8, 1.0, 3.0])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-13), (torch.float32, 1e-5)])
def test_both_implementations_agree(distance, dtype, tolerance):
    A = FanBeamRadon((2, 9, 13), 7, distance)
    x, y = random((2, 2, 9, 13), dtype), random((2, *A.out_shape), dtype, 1)
    with use("reference"):
        clean, back = A(x), A.adjoint(y)
    assert torch.allclose(A(x), clean, atol=tolerance)
    assert torch.allclose(A.adjoint(y), back, atol=tolerance)
    assert torch.allclose(dot(clean, y), dot(x, back), rtol=30 * tolerance, atol=tolerance)


def test_the_bins_see_every_corner():
    A = FanBeamRadon((1, 20, 30), 24, 1.2)
    assert bool((A.adjoint(torch.ones(1, *A.out_shape)) > 0).all())
    assert float(A(torch.ones(1, 1, 20, 30))[..., [0, -1]].max()) < 0.1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: FanBeamRadon(angles=0), "at least one angle"),
        (lambda: FanBeamRadon(angles=()), "at least one angle"),
        (lambda: FanBeamRadon(angles=(math.nan,)), "FanBeamRadon.angles"),
        (lambda: FanBeamRadon(distance=0.5), "FanBeamRadon.distance"),
        (lambda: FanBeamRadon((1, 64)), "take 1 x 64 x 64"),
        (lambda: fan.project(torch.ones(1, 8, 8), torch.zeros(1), 5.0, 4), "outside the image"),
        (lambda: fan.project(torch.ones(1, 8, 8), torch.zeros(1), 9.0, 0), "at least one detector bin"),
        (lambda: fan.backproject(torch.ones(1, 2, 8), torch.zeros(1), 9.0, (8, 8)), "1 angles in the sinogram"),
        (lambda: fan.project(torch.ones(8, 8), torch.zeros(1), 9.0, 4), "a batch of real images"),
    ],
)
def test_refusals(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()
