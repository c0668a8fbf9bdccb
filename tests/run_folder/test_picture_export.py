"""The picture of a run, read back by the library of each format: values, axes, size of a pixel."""

import numpy as np
import pytest

from workbench import data, storage
from workbench.algorithms import FilteredBackprojection
from workbench.cli import main
from workbench.data import File, Measured
from workbench.experiment import Experiment
from workbench.operators import Identity, Radon
from workbench.records import open as opened
from workbench.refusal import Refusal
from workbench.run_folder import picture_export

SINOGRAM = np.random.default_rng(0).random((8, 12))


@pytest.fixture
def saved(tmp_path):
    operator = Radon(angles=tuple(np.arange(8) * 22.5), pixel=3.36)
    scan = Experiment(Measured(SINOGRAM), operator, algorithm=FilteredBackprojection(), steps=1)
    storage.save(scan.fitted().run(), tmp_path / "run.nc")
    return tmp_path / "run.nc"


def test_every_format_holds_the_values_and_the_size_of_a_pixel(saved, tmp_path):
    mrcfile, nibabel, tifffile = map(pytest.importorskip, ("mrcfile", "nibabel", "tifffile"))
    x = opened(saved).result["x"].values[0, 0]
    for ending in ("tif", "mrc", "nii"):
        place = str(tmp_path / f"a.{ending}")
        assert main(["runs", "export", str(saved), "--out", place, "--unit", "nm"]) == 0
        read = data.load_array(place)
        np.testing.assert_array_equal(
            read.tensor.numpy().reshape(x.shape), x.astype(np.float32 if ending == "mrc" else x.dtype)
        )
    with mrcfile.open(tmp_path / "a.mrc") as file:
        assert file.voxel_size.x == pytest.approx(33.6) and file.data.shape == x.shape
    image = nibabel.load(tmp_path / "a.nii")
    assert (
        image.header.get_zooms()[:2] == pytest.approx((3.36e-6, 3.36e-6)) and image.header.get_xyzt_units()[0] == "mm"
    )
    np.testing.assert_array_equal(np.asarray(image.dataobj)[3, 0], x[-1, 3])
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert 'PhysicalSizeX="3.36"' in file.ome_metadata and 'PhysicalSizeXUnit="nm"' in file.ome_metadata
    assert "its pixels are 3.36 x 3.36 nm (y, x)" in data.load_array(tmp_path / "a.tif").notes


def test_without_a_unit_there_is_no_size_and_a_volume_keeps_its_axes(saved, tmp_path):
    made = picture_export.picture(opened(saved))
    assert (made.pixel, made.unit) == (0.0, "")
    volume = picture_export.Picture(np.random.default_rng(0).random((1, 4, 5, 6)).astype(np.float32), 2.0, "um")
    for ending in (".tif", ".mrc", ".nii"):
        picture_export.write(volume, tmp_path / f"v{ending}")
        np.testing.assert_array_equal(
            data.load_array(tmp_path / f"v{ending}").tensor.numpy().squeeze(), volume.values[0]
        )


def test_values_are_those_of_the_file_that_the_truth_came_from(tmp_path):
    kelvin = np.linspace(250, 300, 64).reshape(8, 8)
    np.save(tmp_path / "k.npy", kelvin)
    run = Experiment(File(str(tmp_path / "k.npy")), Identity((1, 8, 8)), steps=1).run()
    storage.save(
        run.assign(x=run["truth"].rename(dict(zip(run["truth"].dims, run["x"].dims, strict=True)))), tmp_path / "r.nc"
    )
    np.testing.assert_allclose(picture_export.picture(opened(tmp_path / "r.nc")).values[0], kelvin, rtol=1e-6)


def test_what_a_format_does_not_hold_is_one_sentence(saved, tmp_path):
    colours = picture_export.Picture(np.zeros((3, 8, 9)))
    with pytest.raises(Refusal, match="one channel for this format"):
        picture_export.write(colours, tmp_path / "a.mrc")
    picture_export.write(colours, tmp_path / "a.tif")
    assert main(["runs", "export", str(saved), "--out", str(tmp_path / "a.zip"), "--unit", "nm"]) == 2


def test_runs_are_kept_below_the_folder_of_the_system_but_none_are_left_behind(tmp_path, monkeypatch):
    from workbench.run_folder import usual_folder

    monkeypatch.delenv("WORKBENCH_RUNS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert usual_folder() == tmp_path / "data" / "inverse-workbench" / "runs"
    old = tmp_path / ".local" / "share" / "inverse-workbench" / "runs"
    old.mkdir(parents=True)
    assert usual_folder() == old
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert usual_folder() == old
