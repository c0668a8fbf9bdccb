"""The projector and its transpose: equal to the reference, adjoint to rounding, and line integrals indeed."""

import math

import numpy as np
import pytest
import torch
from skimage.transform import radon

from workbench.kernels import use
from workbench.kernels.radon import backproject, project
from workbench.refusal import Refusal

CASES = [
    (1, 1, 1, 4, 3),
    (1, 1, 9, 5, 12),
    (2, 31, 50, 9, 77),
    (17, 8, 5, 3, 11),
    (1, 64, 64, 30, 20),
    (1, 40, 41, 1, 1),
]
ANGLES = [0.0, math.pi / 4, math.pi / 2, 3 * math.pi / 4, math.pi, -1.0, 7.3]


def scene(case, dtype, seed=0):
    batch, height, width, views, bins = case
    rng = torch.Generator().manual_seed(seed)
    angles = torch.rand(views, generator=rng, dtype=torch.float64) * 7 - 1
    angles[: min(views, 3)] = torch.tensor(ANGLES[: min(views, 3)], dtype=torch.float64)
    x = torch.randn(batch, height, width, generator=rng, dtype=dtype)
    return x, angles, torch.randn(batch, views, bins, generator=rng, dtype=dtype)


@pytest.mark.parametrize("mode", ["auto", "reference"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("case", CASES)
def test_adjoint(case, dtype, mode):
    for seed in range(3):
        x, angles, y = scene(case, dtype, seed)
        with use(mode):
            ax, aty = project(x, angles, y.shape[2]), backproject(y, angles, x.shape[1:])
        left, right = (ax.double() * y.double()).sum(), (x.double() * aty.double()).sum()
        scale = max(float(ax.double().norm() * y.double().norm()), float(x.double().norm() * aty.double().norm()))
        assert abs(float(left - right)) <= (1e-5 if dtype == torch.float32 else 1e-12) * scale


def test_transpose_weight_for_weight():
    height, width, bins = 5, 4, 8
    angles = torch.tensor(ANGLES, dtype=torch.float64)
    pixels = torch.eye(height * width, dtype=torch.float64).unflatten(1, (height, width))
    rays = torch.eye(len(angles) * bins, dtype=torch.float64).unflatten(1, (len(angles), bins))
    forward, adjoint = project(pixels, angles, bins).flatten(1), backproject(rays, angles, (height, width)).flatten(1)
    torch.testing.assert_close(forward, adjoint.T, rtol=0, atol=1e-14)


@pytest.mark.parametrize("mode", ["auto", "reference"])
def test_convention(mode):
    x = torch.randn(2, 7, 5, dtype=torch.float64)
    quarter = torch.tensor([0, math.pi / 2, math.pi], dtype=torch.float64)
    with use(mode):
        columns, _, mirrored = project(x, quarter, 5).unbind(1)
        _, rows, _ = project(x, quarter, 7).unbind(1)
    torch.testing.assert_close(columns, x.sum(1))
    torch.testing.assert_close(mirrored, x.sum(1).flip(1))
    torch.testing.assert_close(rows, x.sum(2).flip(1))  # y runs upwards


def test_against_scikit_image():
    n = 65
    grid = np.arange(n) - n // 2
    image = np.exp(-((grid[None] - 9) ** 2 + (grid[:, None] + 14) ** 2) / 60) + np.exp(
        -((grid[None] + 12) ** 2) / 30 - grid[:, None] ** 2 / 90
    )
    degrees = np.linspace(0, 180, 19)
    theirs = radon(image, degrees, circle=False)
    bins = 2 * (len(theirs) // 2) + 1  # its axis of rotation falls on bin D // 2
    ours = project(torch.from_numpy(image)[None], torch.from_numpy(np.deg2rad(degrees)), bins)[0].T.numpy()[
        : len(theirs)
    ]
    assert np.abs(ours - theirs).max() <= 0.01 * theirs.max()


def test_line_integrals_of_a_disc():
    n, radius = 256, 90.0
    s = torch.arange(n, dtype=torch.float64) - (n - 1) / 2
    disc = (radius + 0.5 - (s[:, None] ** 2 + s**2).sqrt()).clamp(0, 1)[None]
    chords = 2 * (radius**2 - s**2).clamp(min=0).sqrt()
    sinogram = project(disc, torch.arange(12, dtype=torch.float64), n)[0]
    assert float((sinogram - chords).abs().mean()) < 0.3
    total = project(disc, torch.arange(12, dtype=torch.float64), 400)[0].sum(1)
    torch.testing.assert_close(total, disc.sum().expand(12), rtol=5e-3, atol=0)


def test_strided_input():
    x = torch.randn(3, 20, 2, 31, dtype=torch.float64)[:, ::2, 1, :].mT
    angles = torch.linspace(0, 3, 14, dtype=torch.float64)
    assert torch.equal(project(x, angles[::2], 30), project(x.contiguous(), angles[::2].contiguous(), 30))
    y = torch.randn(30, 7, 3, dtype=torch.float64).permute(2, 1, 0)
    assert torch.equal(
        backproject(y, angles[::2], (9, 8)), backproject(y.contiguous(), angles[::2].contiguous(), (9, 8))
    )


def test_refusals():
    x, angles = torch.zeros(1, 4, 4), torch.zeros(3)
    for call in (
        lambda: project(x[0], angles, 4),
        lambda: project(x + 0j, angles, 4),
        lambda: project(x[:, :0], angles, 4),
        lambda: project(x, angles[:0], 4),
        lambda: project(x, angles * torch.nan, 4),
        lambda: project(x, angles, 0),
        lambda: backproject(x, angles, (4, 4)),
        lambda: backproject(x[:, :3], angles, (4, 0)),
    ):
        with pytest.raises(Refusal):
            call()
