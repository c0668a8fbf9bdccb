"""The blurs against scipy, closed forms and a drawing by brute force."""

import itertools

import numpy as np
import pytest
import scipy.ndimage
import torch

from tests.laws.small import matrix, random
from workbench.operators import GaussianBlur, MotionBlur, PeriodicConvolution
from workbench.refusal import Refusal


def brute_force(length, angle, side, samples=200_000):
    """The drawing of MotionBlur by the midpoint rule."""
    t = ((np.arange(samples) + 0.5) / samples - 0.5) * length
    kernel = np.zeros((side, side))
    row, column = -t * np.sin(np.radians(angle)), t * np.cos(np.radians(angle))
    for i in range(-side // 2, side // 2 + 1):
        for j in range(-side // 2, side // 2 + 1):
            share = np.clip(1 - abs(row - i), 0, None) * np.clip(1 - abs(column - j), 0, None)
            kernel[i % side, j % side] += share.mean()
    return torch.from_numpy(kernel)


@pytest.mark.parametrize("width", [0.5, 1.5, 3.0])
def test_gaussian_is_that_of_scipy(width):
    x = random((1, 2, 64, 48), torch.float64)
    wanted = scipy.ndimage.gaussian_filter(x[0].numpy(), width, mode="wrap", truncate=12, axes=(1, 2))
    # scipy lets the tail go round and round, we cut it at half a turn.
    assert np.abs(GaussianBlur((2, 64, 48), width)(x)[0].numpy() - wanted).max() < 1e-12


def test_gaussian_spectrum():
    assert float(GaussianBlur((1, 64, 64), 1.5).transfer().square().sum()) == pytest.approx(144.866366, abs=1e-6)
    blur = GaussianBlur((1, 6, 7), 1.2)
    found = torch.linalg.svdvals(matrix(blur))
    assert torch.allclose(found, blur.transfer().abs().flatten().sort(descending=True).values, atol=1e-14)


@pytest.mark.parametrize(("length", "angle"), [(5, 0), (7.3, 90), (9, 30), (6.1, 133), (0.4, 45), (20, 45)])
def test_motion_is_its_segment_drawn_exactly(length, angle):
    kernel = MotionBlur((1, 12, 12), length, angle).kernel
    if length < 12:
        assert torch.allclose(kernel, brute_force(length, angle, 12), atol=1e-8)
    assert float(kernel.sum()) == pytest.approx(1, abs=1e-13)
    assert torch.allclose(kernel, kernel.flip(0, 1).roll((1, 1), (0, 1)), atol=1e-15)
    assert float(kernel.min()) >= 0


def test_motion_points_where_it_says():
    level, upright = (MotionBlur((1, 9, 9), 5, angle).kernel for angle in (0, 90))
    assert level[0].sum() == pytest.approx(1)
    assert upright[:, 0].sum() == pytest.approx(1)
    rising = MotionBlur((1, 9, 9), 5, 45).kernel
    assert rising[-1, 1] > 0.1 > rising[1, 1]  # one up, one to the right


def test_motion_changes_continuously():
    kernels = [MotionBlur((1, 16, 16), length, 30).kernel for length in np.linspace(3.9, 4.1, 21)]
    steps = [float((b - a).abs().max()) for a, b in itertools.pairwise(kernels)]
    assert max(steps) < 2 * min(steps)
    assert torch.equal(MotionBlur((1, 5, 5), 0).kernel, torch.eye(25, dtype=torch.float64)[0].reshape(5, 5))


def test_motion_along_one_axis_is_a_box():
    x = torch.arange(32, dtype=torch.float64).reshape(1, 1, 32)
    box = MotionBlur((1, 32), 6.0, angle=70).kernel
    assert torch.allclose(box[:3], torch.full((3,), 1 / 6, dtype=torch.float64), atol=1e-14)
    assert float(box[3]) == pytest.approx(1 / 12)
    assert torch.allclose(MotionBlur((1, 32), 6.0)(x)[0, 0, 4:-4], x[0, 0, 4:-4], atol=1e-12)


def test_any_kernel():
    kernel = random((5, 6), torch.float64)
    A, x = PeriodicConvolution((1, 5, 6), kernel), random((1, 1, 5, 6), torch.float64, 1)
    wanted = sum(kernel[i, j] * x.roll((i, j), (2, 3)) for i in range(5) for j in range(6))
    assert torch.allclose(A(x), wanted, atol=1e-13)
    assert A.transfer().is_complex()
    assert torch.allclose(matrix(A.H), matrix(A).T, atol=1e-14)
    found = A.gram_inverse(x, 0.2)
    assert torch.allclose(A.gram(found) + 0.2 * found, x, atol=1e-12)
    assert A.closed_norm() == pytest.approx(float(torch.linalg.matrix_norm(matrix(A), 2)), rel=1e-12)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: PeriodicConvolution((1, 5, 6), torch.ones(5, 5)), "a kernel of 5 x 6, got 5 x 5"),
        (lambda: GaussianBlur((64,)), "axes in space for GaussianBlur, got 64"),
        (lambda: MotionBlur((1, 4, 4, 4)), "1 or 2 axes in space"),
        (lambda: GaussianBlur(width=-1), "GaussianBlur.width"),
    ],
)
def test_refusals(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()
