"""Geometry of a scan: the axis of rotation off the middle, any number of bins, lengths in a unit of one's own."""

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from tests.laws.small import random
from tests.operators.test_radon import disk
from workbench import storage
from workbench.cli import main
from workbench.data import Measured, Shipped, Simulated
from workbench.experiment import Experiment
from workbench.kernels import use
from workbench.noise import Gaussian
from workbench.operators import FanBeamRadon, Radon
from workbench.priors import Tikhonov
from workbench.refusal import Refusal

SHAPE = (1, 24, 20)
HALF, WHOLE = tuple(range(0, 180, 6)), tuple(range(0, 360, 12))
CLASSES = (Radon, FanBeamRadon)
X = random((1, *SHAPE), torch.float64)


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("offset", [3.0, -2.0])
def test_an_axis_whole_bins_off_the_middle_is_a_detector_that_begins_elsewhere(cls, offset):
    angles = (0.0, 10.0, 77.0, -120.0, 200.0)
    wide = cls(SHAPE, angles, detectors=101)(X)
    narrow = cls(SHAPE, angles, detectors=41, offset=offset)(X)
    begin = 30 - int(offset)
    assert_close(narrow, wide[..., begin : begin + 41])


@pytest.mark.parametrize("mode", ["auto", "reference"])
@pytest.mark.parametrize("cls", CLASSES)
def test_the_transpose_knows_the_geometry(cls, mode):
    operator = cls(SHAPE, 7, detectors=17, offset=2.3, pixel=0.4)
    y = random((1, *operator.out_shape), torch.float64)
    with use(mode):
        left, right = (operator(X) * y).sum(), (X * operator.adjoint(y)).sum()
    assert float((left - right).abs() / left.abs()) < 1e-12


@pytest.mark.parametrize("cls", CLASSES)
def test_no_pixel_is_lost_beside_the_detector_wherever_the_axis_falls(cls):
    for offset in (0.0, 4.6, -9.2):
        operator = cls(SHAPE, 12, offset=offset)
        y = operator(torch.ones(1, *SHAPE, dtype=torch.float64))
        assert float(y[..., 0].abs().max()) < 0.06 and float(y[..., -1].abs().max()) < 0.06
        if cls is Radon:
            assert_close(y.sum(-1), torch.full((1, 1, 12), 20.0, dtype=torch.float64), rtol=0.03, atol=0)


@pytest.mark.parametrize("cls", CLASSES)
def test_lengths_are_in_the_unit_of_the_pixel(cls):
    assert_close(cls(SHAPE, 9, pixel=0.5)(X), 0.5 * 24 * cls(SHAPE, 9)(X))


@pytest.mark.parametrize("cls", CLASSES)
def test_parts_and_blocks_keep_the_geometry(cls):
    operator = cls(SHAPE, 9, detectors=33, offset=1.7, pixel=2.0)
    y = operator(X)
    for block in operator.blocks(4):
        assert_close(block.operator(X), block.part(y))


@pytest.mark.parametrize("cls", CLASSES)
def test_a_sinogram_tells_the_image_and_its_angles_must_count_it(cls):
    y = torch.rand(30, 46, dtype=torch.float64)
    found = Experiment(Measured(y), cls((1, 64, 64), HALF, offset=1.5), Gaussian(), Tikhonov()).fitted().operator
    assert (found.in_shape, found.out_shape, found.offset) == ((1, 46, 46), (1, 30, 46), 1.5)
    found = Experiment(Measured(y), cls((1, 64, 64), WHOLE, offset=-17.3), Gaussian(), Tikhonov()).fitted().operator
    assert (found.in_shape, found.out_shape, found.offset) == ((1, 80, 80), (1, 30, 46), -17.3)
    own = cls((1, 20, 24), 30, detectors=46)
    assert Experiment(Measured(y), own).fitted().operator is own
    with pytest.raises(Refusal, match="30 angles for 30 projections, got 60"):
        Experiment(Measured(y), cls((1, 64, 64), 60)).fitted()
    with pytest.raises(Refusal, match=r"a sinogram, angles x bins.*take one slice"):
        Experiment(Measured(torch.rand(9, 30, 46)), cls()).fitted()


@pytest.mark.parametrize("cls", CLASSES)
def test_a_detector_beside_the_axis_sees_the_whole_of_a_disk_over_a_turn(cls, tmp_path, monkeypatch):
    """As a person has it: a file, its angles, the offset; the image is wider than the detector."""
    monkeypatch.chdir(tmp_path)
    degrees = tuple(2.0 * k for k in range(180))
    scan = cls((1, 91, 91), degrees, detectors=51, offset=20.0, pixel=1.0)  # a source at 2 x 91
    np.savez("scan.npz", y=scan(disk(91, 0.4))[0, 0], theta=degrees)
    words = ["--set", "operator.angles=scan.npz::theta", "--set", "operator.offset=20", "--set", "operator.pixel=1"]
    words += ["--set", f"operator.distance={2 * 91 / 51}"] if cls is FanBeamRadon else []
    words += ["--algorithm", "FilteredBackprojection", "--steps", "1", "--out", "run.nc"]
    assert main(["run", "--data", "scan.npz::y", "--operator", cls.__name__, *words]) == 0
    found = storage.load("run.nc").x[0, 0].values
    assert found.shape == (91, 91) and abs(found[20:71, 20:71].mean() - 1) < 2e-3


@pytest.mark.parametrize("cls", CLASSES)
def test_data_of_a_finer_grid_are_nearly_those_of_this_one_but_not_theirs(cls):
    operator = cls((1, 32, 32), 20, offset=1.25)
    made = Experiment(Simulated(Shipped("shepp_logan", 32), 2), operator, Gaussian(1e-6), Tikhonov()).problem()
    away = float((operator(made.truth) - made.y).norm() / made.y.norm())
    assert 1e-3 < away < 0.05


def test_angles_come_in_any_order_and_number():
    order = (30.0, -10.0, 400.0, 170.0)
    found = Radon(SHAPE, order)(X)
    for k, angle in enumerate(order):
        assert_close(found[:, :, k], Radon(SHAPE, (angle,))(X)[:, :, 0])
    assert_close(found[:, :, 1].flip(-1), found[:, :, 3], rtol=0, atol=1e-12)
    assert math.isclose(float(Radon(SHAPE, (400.0,)).degrees()[0]), 400)
