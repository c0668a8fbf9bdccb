"""Cross-sections against indexing and scipy's interpolation, and what is refused."""

import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates

from tests.laws.small import random
from workbench.operators import CrossSections
from workbench.refusal import Refusal


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_plane_across_an_axis_is_what_an_index_takes(axis):
    normal = [float(a == axis) for a in range(3)]
    A = CrossSections((2, 7, 7, 7), tuple((*normal, k - 3.0) for k in range(7)))
    x = random((2, 2, 7, 7, 7), torch.float64)
    assert torch.equal(A(x), x.movedim(2 + axis, 2))


@pytest.mark.parametrize("planes", [9, ((0.2, -1.0, 0.4, 1.3), (3.0, 3.0, 0.0, -2.0), (0.0, 0.0, -1.0, 0.25))])
def test_oblique_planes_are_those_of_scipy(planes):
    A, x = CrossSections((1, 6, 9, 8), planes), random((1, 1, 6, 9, 8), torch.float64)
    wanted = map_coordinates(x[0, 0].numpy(), A.places().numpy(), order=1, mode="grid-constant")
    assert np.abs(A(x)[0, 0].numpy() - wanted).max() < 1e-13


def test_pixels_of_a_section_are_a_px_apart_and_lie_in_its_plane():
    A = CrossSections((1, 9, 9, 9), ((1.0, 2.0, -2.0, 1.5), (0.0, -5.0, 0.1, -0.5)))
    down, across = A.places().diff(dim=2)[:, :, 0, 0], A.places().diff(dim=3)[:, :, 0, 0]
    normal, distance = A.rows()[:, :3].T, A.rows()[:, 3]
    frame = torch.stack([down, across, normal], 1).movedim(-1, 0)
    torch.testing.assert_close(frame.mT @ frame, torch.eye(3).double().expand(2, 3, 3))
    away = ((A.places() - 4) * normal[:, :, None, None]).sum(0)
    torch.testing.assert_close(away, distance[:, None, None].expand_as(away))


def test_data_of_other_sides_tell_the_cube():
    assert CrossSections((1, 8, 8, 8), 3).fitted_to_data((2, 3, 12, 12)).in_shape == (2, 12, 12, 12)


@pytest.mark.parametrize(
    ("planes", "word"),
    [
        (0, "at least one"),
        (((1.0, 0.0, 0.0),), "rows of"),
        (((0.0, 0.0, 0.0, 1.0),), "length 0"),
        (torch.ones(4), "an array of 4"),
        (torch.full((1, 4), torch.nan), "finite"),
    ],
)
def test_what_is_no_plane_is_refused(planes, word):
    with pytest.raises(Refusal, match=word):
        CrossSections((1, 4, 4, 4), planes)
