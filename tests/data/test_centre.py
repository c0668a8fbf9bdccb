"""The axis of rotation, on scans that another projector made: scikit-image's."""

import json
import math

import numpy as np
import pytest
from skimage.transform import radon

from workbench.algorithms import FilteredBackprojection
from workbench.cli import main
from workbench.data import Measured, centre, steps, truth
from workbench.experiment import Experiment
from workbench.operators import FanBeamRadon, Radon
from workbench.refusal import Refusal

SIZE = 128
PHANTOM = 0.02 * truth("shepp_logan", SIZE)[0, 0].double().numpy()  # of a pixel
OFFSET = 5.37


def moved(sinogram: np.ndarray, by: float) -> np.ndarray:
    places = np.arange(sinogram.shape[1])
    return np.stack([np.interp(places - by, places, row, left=0, right=0) for row in sinogram])


def scanned(degrees: np.ndarray, offset: float) -> np.ndarray:
    """A sinogram whose axis of rotation is `offset` bins beside the middle of the detector."""
    sinogram = radon(PHANTOM, degrees, circle=False).T
    bins = sinogram.shape[1]
    return moved(sinogram, offset - (bins // 2 - (bins - 1) / 2))


def noisy(sinogram: np.ndarray) -> np.ndarray:
    return sinogram + np.random.default_rng(0).normal(0, 0.01 * sinogram.max(), sinogram.shape)


@pytest.mark.parametrize(("views", "arc"), [(180, 180), (90, 180), (181, 181), (360, 360)])
@pytest.mark.parametrize("offset", [OFFSET, -11.8, 0.0])
def test_the_axis_is_found_to_a_tenth_of_a_bin(views, arc, offset):
    degrees = np.linspace(0, arc, views, endpoint=False)
    found = centre.found(noisy(scanned(degrees, offset)), degrees)
    assert abs(found.offset - offset) < 0.1 and "centres of mass" in found.how
    assert abs(found.offset - offset) < 4 * found.error
    assert f"{found.offset:.4g}" in found.reason


@pytest.mark.parametrize(("views", "arc"), [(180, 180), (360, 360)])
def test_the_axis_of_a_narrow_detector_is_found_by_opposite_views(views, arc):
    degrees = np.linspace(0, arc, views, endpoint=False)
    whole = scanned(degrees, OFFSET)
    bins = whole.shape[1]
    narrow = noisy(whole[:, 30 : bins - 45])
    true = OFFSET + (bins - 1) / 2 - 30 - (narrow.shape[1] - 1) / 2
    found = centre.found(narrow, degrees)
    assert abs(found.offset - true) < 0.25 and "opposite" in found.how
    assert math.isnan(found.error) == (arc == 180) and ("+-" in found.reason) == (arc == 360)


def test_views_may_come_in_any_order():
    degrees = np.linspace(0, 360, 120, endpoint=False)
    order = np.random.default_rng(1).permutation(120)
    values = scanned(degrees, OFFSET)[order]
    for way in (centre.of_mass, centre.of_opposites):
        assert abs(way(values, degrees[order]).offset - OFFSET) < 0.1


HALF = np.linspace(0, 90, 30)


@pytest.mark.parametrize(
    ("values", "degrees", "sentence"),
    [
        (np.ones((30, 40)), HALF, "half a turn apart.*views over 90 degrees"),
        (np.ones((30, 40)), HALF[:9], "30 x 40 float64 and 9 angles"),
        (np.ones((30, 40, 2)), HALF, "take one slice"),
        (np.ones((30, 40)) + 1j, HALF, "a real sinogram"),
        (np.zeros((1, 40)), HALF[:1], "half a turn apart"),
    ],
)
def test_what_shows_no_axis_is_refused_in_a_sentence(values, degrees, sentence):
    with pytest.raises(Refusal, match=sentence):
        centre.found(values, degrees)


@pytest.mark.parametrize(
    ("values", "degrees", "sentence"),
    [(-np.ones((30, 40)), HALF, "minus the logarithm"), (np.ones((3, 40)), np.zeros(3), "three directions")],
)
def test_centres_of_mass_need_a_mass_and_a_turn(values, degrees, sentence):
    with pytest.raises(Refusal, match=sentence):
        centre.of_mass(values, degrees)


def test_an_axis_at_the_edge_of_what_is_looked_for_is_no_answer():
    views = np.stack([np.linspace(0, 1, 40), 30 + np.linspace(0, 3, 40)])
    with pytest.raises(Refusal, match="within 10 bins"):
        centre.of_opposites(views, np.array([0.0, 180.0]))


def test_beams_of_a_fan_are_not_looked_at():
    with pytest.raises(Refusal, match=r"parallel beams.*FanBeamRadon"):
        Experiment(Measured(np.ones((60, 91))), FanBeamRadon()).centred()


@pytest.fixture(scope="module")
def flats_and_counts():
    """Photon counts of a miscentred scan with a spotty beam, and its flats and darks."""
    degrees, rng = np.linspace(0, 180, 240, endpoint=False), np.random.default_rng(2)
    clean = scanned(degrees, OFFSET)
    beam = 3e4 * (1 + 0.2 * np.sin(np.arange(clean.shape[1]) / 9)) * rng.uniform(0.95, 1.05, clean.shape[1])
    flats, darks = rng.poisson(beam, (30, len(beam))) + 100, rng.poisson(100, (30, len(beam)))
    return degrees, rng.poisson(beam * np.exp(-clean)) + rng.poisson(100, clean.shape), flats, darks


def error(image: np.ndarray) -> float:
    """Against the phantom, whose middle, pixel SIZE // 2, is on the axis of rotation: scikit-image has it so."""
    side = image.shape[-1]
    places = (np.arange(SIZE) - SIZE // 2) + (side - 1) / 2
    down = np.stack([np.interp(places, np.arange(side), column) for column in image.T], 1)
    there = np.stack([np.interp(places, np.arange(side), row) for row in down])
    return float(np.linalg.norm(there - PHANTOM) / np.linalg.norm(PHANTOM))


def test_a_miscentred_scan_reads_as_one_whose_axis_is_known(flats_and_counts):
    """Found within 0.25 of a bin, and the error against the phantom within 3 % of that with the axis known."""
    degrees, counts, flats, darks = flats_and_counts
    source = Measured(counts, units="counts", steps=(steps.FlatField(flats, darks), steps.MinusLog()))
    scan = Radon(angles=tuple(degrees), pixel=1.0)
    given = Experiment(source, scan, algorithm=FilteredBackprojection(), steps=1).fitted()
    found, axis = given.centred()
    assert abs(axis.offset - OFFSET) < 0.25 and found.operator.offset == pytest.approx(axis.offset, abs=1e-3)
    known = Experiment(
        source,
        Radon(found.operator.shape, given.operator.angles, found.operator.detectors, OFFSET, 1.0),
        algorithm=given.algorithm,
        steps=1,
    )
    errors = [error(each.run().x.values[0, 0]) for each in (found, known, given)]
    assert errors[1] < 0.35 and abs(errors[0] - errors[1]) <= 0.03 * errors[1]
    assert errors[2] > 1.3 * errors[1]  # which an axis in the middle of the detector would not do


def test_the_command_line_finds_it_and_says_so(flats_and_counts, tmp_path, capsys):
    degrees, counts, flats, darks = flats_and_counts
    for name, values in {"y": counts, "flat": flats, "dark": darks, "angles": degrees}.items():
        np.save(tmp_path / f"{name}.npy", values)
    sets = {"data.steps": "FlatField,MinusLog", "data.steps.1.flat": tmp_path / "flat.npy"}
    sets |= {"data.steps.1.dark": tmp_path / "dark.npy", "operator.angles": tmp_path / "angles.npy"}
    words = ["run", "--data", str(tmp_path / "y.npy"), "--operator", "Radon", "--set", "operator.offset=auto"]
    words += [word for path, value in sets.items() for word in ("--set", f"{path}={value}")]
    assert main([*words, "--algorithm", "FilteredBackprojection", "--steps", "1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert abs(said["spec"]["operator"]["offset"] - OFFSET) < 0.25
    assert "centres of mass of 240 views" in said["offset_reason"]
