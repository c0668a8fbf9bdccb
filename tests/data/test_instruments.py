"""The files of instruments: value by value what the library of each field gives, which also writes them here."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from workbench.cli import main
from workbench.data import formats, load_array
from workbench.data.field import need
from workbench.data.files import load_bytes
from workbench.refusal import Refusal

RANDOM = np.random.default_rng(0)
STACK = RANDOM.integers(-300, 30000, (5, 6, 7)).astype(np.int16)


def same(path: Path | str, wanted: np.ndarray, variable: str = "") -> None:
    found = load_array(path, variable).tensor.numpy()
    assert found.shape == wanted.shape
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.uint16, np.float32, np.complex64, np.float16])
def test_mrc(tmp_path, dtype):
    import mrcfile

    with mrcfile.new(tmp_path / "a.mrc", data=STACK.astype(dtype)) as file:
        file.voxel_size = 3.5
    with mrcfile.open(tmp_path / "a.mrc") as file:
        same(tmp_path / "a.mrc", file.data.astype(file.data.dtype.newbyteorder("=")))
    assert "voxels are 3.5 x 3.5 x 3.5 Angstrom" in load_array(tmp_path / "a.mrc").notes[0]
    same(tmp_path / "a.mrc", STACK.astype(dtype)[:, :, 3], "[:, :, 3]")


def test_a_tilt_series_has_the_angles_that_lie_beside_it_where_they_count_its_views(tmp_path):
    import mrcfile

    mrcfile.new(tmp_path / "a.mrc", data=STACK).close()
    (tmp_path / "a.rawtlt").write_text("-20\n-10.5\n0\n10\n20\n")
    same(tmp_path / "a.mrc", STACK)
    same(tmp_path / "a.mrc", np.array([-20, -10.5, 0, 10, 20]), "angles")
    assert load_array(tmp_path / "a.mrc", "angles").units == "degrees"
    (tmp_path / "a.rawtlt").write_text("-20\n-10\n")
    with pytest.raises(Refusal, match="one array"):
        load_array(tmp_path / "a.mrc", "angles")


def test_an_old_mrc_without_its_word_is_told_by_its_length(tmp_path):
    import mrcfile

    mrcfile.new(tmp_path / "a.mrc", data=STACK).close()
    content = bytearray((tmp_path / "a.mrc").read_bytes())
    content[208:216] = bytes(8)  # "MAP " and the stamp of the machine
    (tmp_path / "b").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same(tmp_path / "b", STACK)
    (tmp_path / "c.mrc").write_bytes(content[:-1])
    with pytest.raises(Refusal, match="whose name says MRC"):
        load_array(tmp_path / "c.mrc")


def test_bart(tmp_path):
    values = (RANDOM.normal(size=(8, 6, 1, 4)) + 1j).astype(np.complex64)  # read, phase, slice, coil
    (tmp_path / "k.hdr").write_text("# Dimensions\n8 6 1 4 1 1 1 1 1 1 1 1 1 1 1 1 \n")
    values.ravel("F").tofile(tmp_path / "k.cfl")
    for name in ("k.cfl", "k.hdr"):
        same(tmp_path / name, values[:, :, 0].transpose(2, 1, 0))
    (tmp_path / "k.cfl").write_bytes((tmp_path / "k.cfl").read_bytes()[:-8])
    with pytest.raises(Refusal, match="whose name says BART"):
        load_array(tmp_path / "k.cfl")


@pytest.mark.parametrize("dtype", ["u1", ">i2", "u2", "i4", "u4", ">f4", "f8", "i8"])
def test_fits(tmp_path, dtype):
    from astropy.io import fits

    values = np.abs(STACK[0]).astype(dtype) if dtype[-2] == "u" else STACK[0].astype(dtype)
    first = fits.PrimaryHDU(values)
    first.header["BUNIT"] = "adu"
    scaled = fits.ImageHDU(STACK[1].astype("f8") / 4, name="SCI")
    scaled.scale("int16", bscale=0.25, bzero=7)
    columns = [fits.Column("flux", "E", array=np.arange(4.0)), fits.Column("name", "3A", array=["a", "b", "c", "d"])]
    parts = [
        first,
        scaled,
        fits.CompImageHDU(STACK[2], name="PACKED"),
        fits.BinTableHDU.from_columns(columns, name="T"),
    ]
    fits.HDUList(parts).writeto(tmp_path / "a.fits")
    with fits.open(tmp_path / "a.fits") as told:
        for variable, wanted in (("0", told[0].data), ("SCI", told["SCI"].data), ("PACKED", told["PACKED"].data)):
            same(tmp_path / "a.fits", wanted, variable)
        same(tmp_path / "a.fits", told["T"].data["flux"], "T.flux")
    assert load_array(tmp_path / "a.fits", "0").units == "adu"
    with pytest.raises(Refusal, match="numbers"):
        load_array(tmp_path / "a.fits", "T.name")


def test_what_a_fits_file_calls_blank_is_missing(tmp_path):
    from astropy.io import fits

    part = fits.PrimaryHDU(STACK[0])
    part.header["BLANK"] = int(STACK[0, 2, 3])
    part.writeto(tmp_path / "a.fits")
    with pytest.raises(Refusal, match="1 of 42 missing"):
        load_array(tmp_path / "a.fits")


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, ">f4", np.float64, np.uint32, np.complex64])
def test_envi(tmp_path, interleave, dtype):
    from spectral.io import envi

    cube = np.abs(STACK).astype(dtype)
    told = {"wavelength": [str(400 + 10 * k) for k in range(7)], "wavelength units": "nm"}
    options = {"interleave": interleave, "metadata": told, "byteorder": int(np.dtype(dtype).byteorder == ">")}
    envi.save_image(str(tmp_path / "a.hdr"), cube, dtype=dtype, **options)
    for name in ("a.hdr", "a.img"):
        same(tmp_path / name, cube.astype(np.dtype(dtype).newbyteorder("=")))
    same(tmp_path / "a.img", 400 + 10.0 * np.arange(7), "wavelength")
    assert load_array(tmp_path / "a.img", "wavelength").units == "nm"


@pytest.mark.parametrize("kind", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("endian", ["big", "little"])
def test_segy(tmp_path, kind, endian):
    import segyio

    spec = segyio.spec()
    spec.format, spec.samples, spec.tracecount, spec.endian = kind, np.arange(7) * 4.0, 6, endian
    with segyio.create(str(tmp_path / "a.sgy"), spec) as file:
        for k in range(6):
            file.trace[k] = (STACK[0, k] % 100).astype(file.dtype)
            file.header[k] = {segyio.TraceField.offset: 25 * k}
        file.bin.update(hdt=4000)
    with segyio.open(str(tmp_path / "a.sgy"), ignore_geometry=True, endian=endian) as file:
        same(tmp_path / "a.sgy", file.trace.raw[:])
        same(tmp_path / "a.sgy", file.trace.raw[:][2], "[2]")
        same(tmp_path / "a.sgy", file.trace.raw[:][:, 3], "[:, 3]")
        same(tmp_path / "a.sgy", np.asarray(file.samples, float), "time")
    same(tmp_path / "a.sgy", 25 * np.arange(6), "offset")


AXES = [
    {"name": "tilt", "size": 5, "scale": 10.0, "offset": -20.0, "units": "degrees", "navigate": True},
    {"name": "y", "size": 6, "scale": 0.5, "offset": 0.0, "units": "nm", "navigate": False},
    {"name": "x", "size": 7, "scale": 0.5, "offset": 0.0, "units": "nm", "navigate": False},
]


@pytest.mark.parametrize("plugin", ["hspy", "emd"])
def test_hyperspy_and_emd(tmp_path, plugin):
    module, path = need(f"rsciio.{plugin}"), tmp_path / f"a.{plugin}"
    axes = [axis | {"index_in_array": k, "_type": "UniformDataAxis"} for k, axis in enumerate(AXES)]
    told = {"General": {"title": "series"}, "Signal": {"signal_type": "", "quantity": "Intensity (counts)"}}
    signal = {"data": STACK, "axes": axes, "metadata": told, "original_metadata": {}, "attributes": {"_lazy": False}}
    signal |= {
        "package": "",
        "package_version": "",
        "learning_results": {},
        "models": {},
        "tmp_parameters": {},
        "package_info": {},
    }
    module.file_writer(str(path), signal)
    same(path, module.file_reader(str(path))[0]["data"])
    same(path, -20 + 10.0 * np.arange(5), "angles")
    assert any("steps of 0.5 nm" in note for note in load_array(path).notes)
    assert formats.recognise(path, "a").name == {"hspy": "HyperSpy", "emd": "EMD"}[plugin]


def scan(path: Path, trajectory: str = "cartesian", again: bool = False, wide: int = 8) -> dict[str, np.ndarray]:
    """A scan of 3 coils: two noise lines, two calibration lines, a navigator, and every other line of k-space."""
    import ismrmrd
    from ismrmrd.xsd import ToXML, ismrmrdschema

    kinds = ismrmrdschema.ismrmrd
    size = kinds.encodingSpaceType(
        matrixSize=kinds.matrixSizeType(x=8, y=6, z=1), fieldOfView_mm=kinds.fieldOfViewMm(x=8, y=6, z=1)
    )
    field = kinds.fieldOfViewMm(x=wide, y=6, z=1)
    seen = kinds.encodingSpaceType(matrixSize=size.matrixSize, fieldOfView_mm=field)
    limits = kinds.encodingLimitsType(kspace_encoding_step_1=kinds.limitType(minimum=0, maximum=4, center=2))
    encoding = kinds.encodingType(
        encodedSpace=seen, reconSpace=size, encodingLimits=limits, trajectory=kinds.trajectoryType(trajectory)
    )
    header = kinds.ismrmrdHeader(
        experimentalConditions=kinds.experimentalConditionsType(H1resonanceFrequency_Hz=1), encoding=[encoding]
    )
    lines = (RANDOM.normal(size=(9, 3, 8)) + 1j * RANDOM.normal(size=(9, 3, 8))).astype(np.complex64)
    flags = [(ismrmrd.ACQ_IS_NOISE_MEASUREMENT,)] * 2 + [(ismrmrd.ACQ_IS_PARALLEL_CALIBRATION,)] * 2
    flags += [(ismrmrd.ACQ_IS_NAVIGATION_DATA,), (), (ismrmrd.ACQ_IS_REVERSE,)]
    flags += [(ismrmrd.ACQ_IS_PARALLEL_CALIBRATION_AND_IMAGING,), ()]
    steps = (0, 0, 0, 1, 0, 0, 2, 4, 4 if again else 1)
    with ismrmrd.Dataset(str(path), "dataset") as file:
        file.write_xml_header(ToXML(header).encode())
        for k in range(9):
            places = RANDOM.random((8, 2)).astype(np.float32) if trajectory != "cartesian" else None
            line = ismrmrd.Acquisition.from_array(lines[k], places) if places is not None else None
            line = line or ismrmrd.Acquisition.from_array(lines[k])
            line.idx.kspace_encode_step_1, line.center_sample = steps[k], 3 if k == 6 else 4
            line.discard_pre = 2 if k == 5 else 0
            for flag in flags[k]:
                line.setFlag(flag)
            file.append_acquisition(line)
    return {"lines": lines, "steps": np.array(steps)}


def test_ismrmrd_is_sorted_by_its_flags(tmp_path):
    lines = scan(tmp_path / "a.h5")["lines"]
    same(tmp_path / "a.h5", lines[:2].swapaxes(0, 1), "noise")
    same(tmp_path / "a.h5", lines[:2, 1], "noise[1]")
    lines_of_calibration = np.zeros((3, 6, 8), np.complex64)  # as k-space: two of them alone, one of the picture too
    lines_of_calibration[:, (1, 2, 5)] = lines[[2, 3, 7]].swapaxes(0, 1)
    same(tmp_path / "a.h5", lines_of_calibration, "calibration")
    same(tmp_path / "a.h5", lines[4:5].swapaxes(0, 1), "navigators")
    wanted = np.zeros((3, 6, 8), np.complex64)  # the centre, step 2, lies on line 3 of 6
    wanted[:, 1, 2:] = lines[5][:, 2:]  # its first two samples are to be discarded
    wanted[:, 3] = lines[6][:, ::-1]  # read backwards
    wanted[:, 5], wanted[:, 2] = lines[7], lines[8]
    same(tmp_path / "a.h5", wanted)
    same(tmp_path / "a.h5", wanted[1], "kspace[1]")
    same(tmp_path / "a.h5", (wanted != 0).all(0), "sampled")


def test_what_else_a_scan_holds_is_offered_and_its_oversampling_said(tmp_path):
    import h5py

    scan(tmp_path / "a.h5", wide=16)
    maps = np.zeros((1, 3, 6, 8), [("real", "<f4"), ("imag", "<f4")])
    maps["real"], maps["imag"] = RANDOM.normal(size=(2, *maps.shape))
    with h5py.File(tmp_path / "a.h5", "a") as file:
        file["dataset/csm"] = maps
    same(tmp_path / "a.h5", (maps["real"] + 1j * maps["imag"])[0], "dataset/csm[0]")
    notes = load_array(tmp_path / "a.h5").notes
    assert any("see 16 mm, the picture has 8: the step ReadoutOversampling with factor 2" in note for note in notes)


def test_a_scan_on_other_trajectories_has_readouts_and_places(tmp_path):
    import ismrmrd

    lines = scan(tmp_path / "a.h5", "radial")["lines"]
    same(tmp_path / "a.h5", lines[5:].swapaxes(0, 1))
    with ismrmrd.Dataset(str(tmp_path / "a.h5"), "dataset", mode="r") as file:
        same(tmp_path / "a.h5", np.stack([file.read_acquisition(k).traj for k in range(5, 9)]), "trajectory")


def test_two_lines_at_one_place_are_refused(tmp_path):
    scan(tmp_path / "a.h5", again=True)
    with pytest.raises(Refusal, match="one line at each place of k-space, got two"):
        load_array(tmp_path / "a.h5")


def test_an_upload_is_told_by_its_content_too(tmp_path):
    import mrcfile

    mrcfile.new(tmp_path / "a.mrc", data=np.abs(RANDOM.random((1, 20, 30)).astype(np.float32))).close()
    found = load_bytes("a.png", (tmp_path / "a.mrc").read_bytes())
    assert found.tensor.shape == (1, 1, 20, 30) and "its content is MRC" in found.notes[0]


def test_a_package_that_is_not_there_is_named_with_its_extra(tmp_path, monkeypatch):
    import mrcfile

    mrcfile.new(tmp_path / "a.mrc", data=STACK).close()
    monkeypatch.setitem(__import__("sys").modules, "mrcfile", None)
    with pytest.raises(Refusal, match=r"package mrcfile.*inverse-workbench\[instruments\]"):
        load_array(tmp_path / "a.mrc")


def test_a_run_of_a_tilt_series_from_the_command_line(tmp_path, capsys):
    import mrcfile

    mrcfile.new(tmp_path / "a.mrc", data=np.abs(STACK)).close()
    (tmp_path / "a.tlt").write_text("0 30 60 90 120")
    words = ["--operator", "Radon", "--algorithm", "FilteredBackprojection", "--steps", "1", "--json"]
    angles = f"operator.angles={tmp_path / 'a.mrc'}::angles"
    assert main(["run", "--data", f"{tmp_path / 'a.mrc'}::[:, :, 3]", *words, "--set", angles]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["spec"]["operator"]["angles"] == [0, 30, 60, 90, 120] and said["psnr"] is None
