"""Arrays of an instrument by upload, from one file or several: trajectory, coil maps, mask, point spread, angles."""

import math
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from tests.app.conftest import read
from tests.app.test_session import reached
from workbench import data
from workbench.app.run.files import Upload
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.session import Session
from workbench.noise import Poisson, WeightedGaussian
from workbench.operators import ConvolutionPSF, MultiCoilFourier, NonCartesianFourier, Radon
from workbench.parameters import changed, describe
from workbench.parametrisations import Warp

N = 24
PICTURE = data.truth("shepp_logan", N).to(torch.complex128)
RADIAL = NonCartesianFourier((1, N, N), 40, coils=3)
READOUTS = RADIAL(PICTURE)[0].numpy()
TRAJECTORY = RADIAL.positions().numpy() * N / (2 * math.pi)
CARTESIAN = MultiCoilFourier((1, N, N), 5, keep=0.5, centred=True)


@pytest.fixture
def upload():
    session = Session(Experiment(Shipped("shepp_logan", 32), steps=3))
    yield Upload(session, lambda: None)
    session.close()


def put(upload: Upload, chooser, folder: Path, name: str, **arrays: np.ndarray) -> None:
    """A person chooses a file: .npy of one array, .h5 of several."""
    if name.endswith(".npy"):
        np.save(folder / name, *arrays.values())
    else:
        with h5py.File(folder / name, "w") as file:
            for key, values in arrays.items():
                file[key] = values
    chooser.param.update(filename=name, value=(folder / name).read_bytes())
    read(upload)


def take(upload: Upload, argument: str, name: str) -> None:
    row = upload.instrument.rows[argument]
    assert row.visible
    row.value = next(option for option in row.options if option.startswith(name))
    read(upload)


def test_a_radial_scan_opens_by_itself_with_its_trajectory_and_runs(upload, tmp_path):
    upload.measured.value = True
    maps = RADIAL.maps().numpy()
    put(upload, upload.file, tmp_path, "scan.h5", csm=maps[None], kdata=READOUTS, trajectory=TRAJECTORY)
    session = upload._session
    operator = session.experiment.operator
    assert not upload.complaint.sentence and upload.variable.value == "kdata"
    assert isinstance(operator, NonCartesianFourier) and operator.in_shape == (1, N, N) and operator.coils == 3
    take(upload, "coils", "scan.h5::csm")
    np.testing.assert_array_equal(session.experiment.operator.coils, maps)
    session.play()
    frame = reached(session, 3)
    assert frame.error is None
    assert "trajectory is read in cycles" in "".join(session.experiment.source.remarks(session.experiment.operator))


def test_files_of_their_own_give_trajectory_and_maps_and_back_leads_to_them(upload, tmp_path):
    session = upload._session
    upload.measured.value = True
    upload.instrument.parts["operator"].value = "NonCartesianFourier"
    put(upload, upload.instrument.file, tmp_path, "traj.npy", k=TRAJECTORY)
    take(upload, "trajectory", "traj.npy")
    put(upload, upload.file, tmp_path, "k.npy", k=READOUTS)
    assert not upload.complaint.sentence, upload.complaint.sentence
    put(upload, upload.instrument.file, tmp_path, "maps.npy", maps=RADIAL.maps().numpy())
    take(upload, "coils", "maps.npy")
    assert not upload.complaint.sentence
    before, address = describe(session.experiment), session.address()
    assert "operator.trajectory=traj.npy" in address and "operator.coils=maps.npy" in address
    code = session.code()
    assert "= data.load_array('traj.npy').tensor" in code and "= data.load_array('maps.npy').tensor" in code
    assert not session.choose("truth", "camera")
    session.travel(address)
    assert describe(session.experiment) == before and not session.errors
    stranger = Session.from_address(address)
    assert "traj.npy" in stranger.errors["address"]
    stranger.close()


def test_a_point_spread_of_a_file_blurs_a_picture_that_is_simulated(upload, tmp_path):
    session = upload._session
    upload.instrument.parts["operator"].value = "ConvolutionPSF"
    kernel = np.ones((3, 5)) / 15
    put(upload, upload.instrument.file, tmp_path, "psf.npy", psf=kernel)  # the only array for the only argument
    operator = session.experiment.operator
    assert isinstance(operator, ConvolutionPSF) and session.problem.truth is not None
    np.testing.assert_array_equal(operator.kernel, kernel)
    before = describe(session.experiment)
    put(upload, upload.instrument.file, tmp_path, "zero.npy", psf=np.zeros((3, 3)))
    take(upload, "kernel", "zero.npy")
    assert upload.instrument.complaint.sentence and describe(session.experiment) == before


def test_a_mask_and_maps_of_other_files_and_the_mask_that_data_tell(upload, tmp_path):
    session = upload._session
    upload.measured.value = True
    upload.instrument.parts["operator"].value = "MultiCoilFourier"
    put(upload, upload.file, tmp_path, "k.npy", k=CARTESIAN(PICTURE)[0].numpy())
    assert not upload.complaint.sentence and session.experiment.operator.coils == 5
    put(upload, upload.instrument.file, tmp_path, "mask.npy", mask=CARTESIAN.mask().numpy())
    take(upload, "pattern", "mask.npy")
    np.testing.assert_array_equal(session.experiment.operator.mask(), CARTESIAN.mask())
    put(upload, upload.instrument.file, tmp_path, "maps.npy", maps=CARTESIAN.maps().numpy()[:, 1:])
    take(upload, "coils", "maps.npy")
    assert "maps of coils x 24 x 24" in upload.complaint.sentence
    put(upload, upload.instrument.file, tmp_path, "broken.npy", maps=np.zeros(3))
    upload.instrument.file.param.update(filename="broken.npy", value=b"nothing")
    read(upload)
    assert "broken.npy" in upload.instrument.complaint.sentence


def test_angles_of_another_file_count_the_views_or_are_refused(upload, tmp_path):
    angles = np.linspace(10, 170, 30)
    sinogram = Radon((1, N, N), angles)(data.truth("shepp_logan", N))[0, 0].numpy()
    upload.measured.value = True
    upload.instrument.parts["operator"].value = "Radon"
    put(upload, upload.instrument.file, tmp_path, "few.npy", angles=angles[:7])
    put(upload, upload.file, tmp_path, "sino.npy", sino=sinogram)
    assert "30 angles for 30 projections, got 7" in upload.complaint.sentence
    put(upload, upload.instrument.file, tmp_path, "angles.npy", angles=angles)
    take(upload, "angles", "angles.npy")
    operator = upload._session.experiment.operator
    assert not upload.complaint.sentence and isinstance(operator, Radon)
    np.testing.assert_allclose(operator.degrees(), angles)


def test_weights_and_background_of_files_weigh_the_data_and_are_kept_with_the_run(upload, tmp_path):
    session = upload._session
    rng = np.random.default_rng(0)
    sigma = 0.05 + 0.1 * rng.random((N, N))
    y = data.truth("shepp_logan", N)[0, 0].numpy() + sigma * rng.standard_normal((N, N))
    upload.measured.value = True
    upload.instrument.parts["operator"].value = "Mask"
    put(upload, upload.file, tmp_path, "scan.h5", weights=sigma**-2, picture=y)
    assert upload.variable.value == "picture"
    upload.instrument.parts["noise"].value = "WeightedGaussian"
    take(upload, "uncertainty", "scan.h5::weights")
    assert not upload.complaint.sentence, upload.complaint.sentence
    assert upload.instrument.holds.visible and upload.instrument.holds.value == "weights"
    noise = session.experiment.noise
    assert isinstance(noise, WeightedGaussian) and noise.holds == "weights"
    np.testing.assert_array_equal(noise.uncertainty, sigma**-2)
    assert "standard deviations of the data are 0.05" in "".join(session.experiment.remarks(session.loaded.tensor))
    session.play()
    assert reached(session, 3).error is None
    before, address = describe(session.experiment), session.address()
    assert "noise.uncertainty=scan.h5%3A%3Aweights" in address
    assert not session.choose("noise", "Gaussian")
    session.travel(address)
    assert describe(session.experiment) == before and not session.errors
    stranger = Session.from_address(address)
    assert "scan.h5" in stranger.errors["address"]
    stranger.close()
    upload.instrument.parts["noise"].value = "Poisson"
    put(upload, upload.instrument.file, tmp_path, "bkg.npy", bkg=np.full((N, N), 0.2))
    take(upload, "background", "bkg.npy")
    assert "Poisson noise explains counts >= 0" in upload.complaint.sentence
    put(upload, upload.file, tmp_path, "counts.npy", counts=rng.poisson(50 * (y.clip(0) + 0.2)) / 50)
    assert not upload.complaint.sentence, upload.complaint.sentence
    assert isinstance(session.experiment.noise, Poisson) and session.experiment.noise.background.shape == (N, N)
    put(upload, upload.instrument.file, tmp_path, "few.npy", bkg=np.full((N, N - 1), 0.2))
    take(upload, "background", "few.npy")
    assert "24 x 23" in upload.complaint.sentence and session.experiment.noise.background.shape == (N, N)


def test_two_pictures_of_files_are_registered_and_the_address_leads_back(upload, tmp_path):
    session = upload._session
    rows, columns = np.mgrid[:N, :N] / N
    moving = np.exp(-((rows - 0.5) ** 2 + (columns - 0.45) ** 2) / 0.03)
    fixed = np.exp(-((rows - 0.5) ** 2 + (columns - 0.55) ** 2) / 0.03)
    upload.measured.value = True
    put(upload, upload.file, tmp_path, "fixed.npy", fixed=fixed)
    assert not session.choose("operator", "Identity")
    upload.instrument.parts["parametrisation"].value = "Warp"
    put(upload, upload.instrument.file, tmp_path, "moving.npy", moving=moving)
    assert not upload.complaint.sentence, upload.complaint.sentence
    phi = session.experiment.parametrisation
    assert isinstance(phi, Warp) and "moving.npy" in upload.instrument.rows["moving"].value
    np.testing.assert_array_equal(np.asarray(phi.moving).reshape(N, N), moving)
    before, address = describe(session.experiment), session.address()
    assert "parametrisation.moving=moving.npy" in address
    assert not session.choose("parametrisation", "Direct")
    session.travel(address)
    assert describe(session.experiment) == before and not session.errors
    found = changed(session.experiment, steps=60).run()
    picture = found.x.values[0, 0]
    assert np.abs(picture - fixed).max() < 0.2 < np.abs(moving - fixed).max()
    put(upload, upload.instrument.file, tmp_path, "small.npy", moving=moving[1:])
    take(upload, "moving", "small.npy")
    assert "23 x 24" in upload.complaint.sentence and describe(session.experiment) == before


UNITS = {"per_metre": 1 / 0.24, "per_pixel": 1 / N, "radians": 2 * math.pi / N}


@pytest.mark.parametrize("unit", UNITS)
def test_a_trajectory_in_other_units_opens_once_the_picture_is_told(upload, tmp_path, unit):
    session, rows = upload._session, upload.instrument.trajectory
    upload.measured.value = True
    scan = {"csm": RADIAL.maps().numpy(), "kdata": READOUTS, "trajectory": TRAJECTORY * UNITS[unit]}
    put(upload, upload.file, tmp_path, "scan.h5", **scan)
    if unit != "per_metre":
        assert "positions of many cycles per field of view" in upload.complaint.sentence
    rows.unit.value = unit
    read(upload)
    asked = rows.view if unit == "per_metre" else rows.pixels
    assert asked.visible
    assert ("a field of view" if unit == "per_metre" else "how many pixels") in upload.complaint.sentence
    asked.value = "0.24" if unit == "per_metre" else f"{N}"
    read(upload)
    assert not upload.complaint.sentence, upload.complaint.sentence
    take(upload, "coils", "scan.h5::csm")
    operator = session.experiment.operator
    assert isinstance(operator, NonCartesianFourier) and operator.in_shape == (1, N, N)
    np.testing.assert_allclose(operator.positions(), RADIAL.positions(), atol=1e-12)
    assert f"for a picture of {N} x {N} pixels" in "".join(session.experiment.remarks(session.loaded.tensor))
    before, address = describe(session.experiment), session.address()
    assert not session.choose("truth", "camera")
    session.travel(address)
    assert describe(session.experiment) == before and not session.errors


def test_a_file_that_is_named_again_is_not_written_again(upload):
    files = upload._session.files
    path = files.kept("psf.npy", b"content")
    before = path.stat()
    assert files.kept("psf.npy", b"content") == path  # a thread may be reading it: it was found empty
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(path.parent.iterdir()) == [path] and path.read_bytes() == b"content"
