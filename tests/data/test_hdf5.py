"""HDF5 as instruments, simulations and MATLAB lay it out, and NetCDF: arrays by path, gaps, packing, channels."""

import numpy as np
import pytest
import xarray as xr

from tests.data.conftest import RAMP, in_units, opened
from workbench import data, storage
from workbench.refusal import Refusal

h5py = pytest.importorskip("h5py")
io = pytest.importorskip("scipy.io")

SCAN = (np.stack([RAMP + 100 * k for k in range(6)])).astype(np.uint16)
WAVE = (RAMP - 40) + 1j * RAMP.T.reshape(20, 24)


@pytest.fixture
def made(tmp_path):
    """A function that writes arrays by their paths, with attributes of objects by theirs."""

    def write(arrays, attributes=(), **options):
        with h5py.File(tmp_path / "x.h5", "w", **options) as file:
            for name, values in dict(arrays).items():
                file[name] = values
            for name, values in dict(attributes).items():
                file[name].attrs.update(values)
        return tmp_path / "x.h5"

    return write


def test_arrays_of_groups_by_their_paths(made):
    path = made({"exchange/data": SCAN, "exchange/data_white": SCAN[:2], "exchange/theta": np.linspace(0, 180, 6)})
    for name in ("exchange/data[3]", "/exchange/data[3]", "exchange/data [ 3, : ]"):
        opened(path, SCAN[3], name)
    with pytest.raises(Refusal) as caught:
        data.load(path)
    assert "exchange/data (6 x 20 x 24), exchange/data_white (2 x 20 x 24), exchange/theta (6)" in str(caught.value)


@pytest.mark.parametrize("places", ["[::2]", "[1:3]", "[-1]", "[0, ::2]", "[...]", "[]", "[a]"])
def test_a_span_or_a_step_is_refused_as_such_and_not_as_a_name(made, places):
    path = made({"exchange/data": SCAN, "exchange/theta": np.linspace(0, 180, 6), "exchange/dark[0]": SCAN[0]})
    with pytest.raises(Refusal, match="a place, or :, for each axis"):
        data.load_array(path, f"/exchange/data{places}")
    opened(path, SCAN[0], "exchange/dark[0]")


def test_the_only_array_needs_no_name_whatever_lies_beside_it(made):
    text = {"title": "a scan", "run/number": 7, "run/labels": np.array([b"a", b"b"])}
    opened(made({"measurement/detector/image": SCAN[0]} | text), SCAN[0])


def test_a_list_of_thousands_is_short(made):
    path = made({f"group{k}/array_with_a_long_name": SCAN[0] for k in range(300)})
    with pytest.raises(Refusal) as caught:
        data.load(path)
    assert "and 29" in str(caught.value) and len(str(caught.value)) <= 400


def nexus(made, signal: str, links: bool = False, default: bool = False):
    arrays = {"entry/instrument/detector/counts": SCAN, "entry/instrument/other": SCAN[0], "entry/second/y": SCAN[1]}
    path = made(arrays, {"entry": {"NX_class": "NXentry"}})
    with h5py.File(path, "r+") as file:
        group = file.create_group("entry/plot")
        group.attrs["NX_class"] = "NXdata"
        group["counts"] = h5py.SoftLink("/entry/instrument/detector/counts") if links else SCAN
        if signal == "group":
            group.attrs["signal"] = "counts"
        elif signal == "array":
            group["counts"].attrs["signal"] = 1
        if default:
            file["entry/second"].attrs.update({"NX_class": "NXdata", "signal": "y"})
            file.attrs["default"], file["entry"].attrs["default"] = "entry", "plot"
    return path


@pytest.mark.parametrize("links", [False, True])
@pytest.mark.parametrize("signal", ["group", "array"])
@pytest.mark.parametrize("default", [False, True])
def test_the_signal_of_nexus_data_is_the_array(made, signal, links, default):
    path = nexus(made, signal, links, default)
    opened(path, SCAN[3], "[3]")
    opened(path, SCAN[2], "entry/instrument/detector/counts[2]" if links else "entry/plot/counts[2]")


def test_two_signals_are_asked_for(made):
    groups = {
        "a": {"NX_class": "NXdata", "signal": "y"},
        "b": {"NX_class": np.bytes_("NXdata"), "signal": np.bytes_("y")},
    }
    with pytest.raises(Refusal, match=r"2 in 'x.h5': give one as `variable`: a/y \(20 x 24\), b/y \(20 x 24\)"):
        data.load(made({"a/y": SCAN[0], "b/y": SCAN[1], "c/z": SCAN[2]}, groups))


@pytest.mark.parametrize("word", ["image", b"image"])
def test_frames_of_detectors_are_slices_and_never_colours(made, word):
    path = made({"frames": SCAN[:3]}, {"frames": {"interpretation": word}})
    with pytest.raises(Refusal, match=r"take one slice"):
        data.load(path)
    opened(path, SCAN[2], "[2]")
    colours = made({"x": np.moveaxis(SCAN[:3], 0, -1)}, {"x": {"interpretation": "rgb-image"}})
    opened(colours, SCAN[:3])


def test_links_that_lead_round_away_or_nowhere(made):
    path = made({"a/x": SCAN[0]})
    with h5py.File(path, "r+") as file:
        file["a/back"], file["b"] = file["a"], file["a"]
        file["gone"], file["away"] = h5py.SoftLink("/no/where"), h5py.ExternalLink("none.h5", "/x")
        file["a"].attrs["NX_class"] = "NXdata"
        file["a/first"] = h5py.ExternalLink("none.h5", "/x")
    opened(path, SCAN[0])


@pytest.mark.parametrize("names", [("real", "imag"), ("r", "i"), ("re", "im"), ("Real", "Imag")])
@pytest.mark.parametrize("kind", ["f4", "f8", ">f8", "i2"])
def test_pairs_of_parts_are_complex_numbers(made, names, kind):
    pairs = np.empty(WAVE.shape, [(name, kind) for name in names])
    pairs[names[0]], pairs[names[1]] = WAVE.real, WAVE.imag
    loaded = opened(made({"wave": pairs}), WAVE)
    assert loaded.tensor.is_complex()
    opened(made({"waves": np.stack([pairs, pairs[::-1]])}), WAVE[::-1], "waves[1]")


def test_fields_of_other_records_are_arrays_of_their_own(made):
    points = np.empty(RAMP.shape, [("height", "f4"), ("flag", "u1"), ("name", "S3")])
    points["height"], points["flag"] = RAMP / 7, RAMP % 2
    with pytest.raises(Refusal, match=r"points.height \(20 x 24\), points.flag \(20 x 24\)"):
        data.load(made({"points": points}))
    opened(made({"points": points}), RAMP / 7, "points.height")
    with pytest.raises(Refusal, match="numbers in"):
        data.load(made({"points": points}), "points.name")


@pytest.mark.parametrize("dtype", ["u1", "i1", ">u2", "i2", "u4", ">i4", "i8", "f2", ">f4", "f8", "?"])
def test_every_type(made, dtype):
    values = (RAMP % 2 if dtype == "?" else RAMP - (60 if np.dtype(dtype).kind in "if" else 0)).astype(dtype)
    opened(made({"x": values}), values)


@pytest.mark.parametrize("block", [512, 2048])
def test_matlab_counts_columns_first(made, block):
    mat = {"MATLAB_class": np.bytes_("double")}
    arrays = {"slice": SCAN[0].T.astype(float), "stack": SCAN[:5].T.astype(float)}
    path = made(arrays, dict.fromkeys(arrays, mat), userblock_size=block)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
    renamed = path.rename(path.with_suffix(".mat"))
    loaded = opened(renamed, SCAN[0], "slice")
    assert "MATLAB's order" in loaded.notes[0] and not any("its name says" in note for note in loaded.notes)
    opened(renamed, SCAN[3], "stack[3]")
    opened(renamed, SCAN[:, 4][:, :][:5], "stack[:, 4]")


def test_what_matlab_keeps_beside_numbers(made):
    kinds = dict.fromkeys(("void", "wave", "table/data", "#refs#/a"), "double") | {"mask": "logical", "word": "char"}
    pairs = np.empty((24, 20), [("real", "f8"), ("imag", "f8")])
    pairs["real"], pairs["imag"] = WAVE.T.real, WAVE.T.imag
    arrays = {
        "mask": (RAMP.T % 3 == 0).astype(np.uint8),
        "word": np.ones((5, 1), np.uint16),
        "void": np.zeros(2, np.uint64),
    }
    arrays |= {"wave": pairs, "table/data": np.ones(9), "#refs#/a": RAMP}
    attributes = {name: {"MATLAB_class": np.bytes_(kind)} for name, kind in kinds.items()}
    attributes["void"]["MATLAB_empty"] = np.uint8(1)
    attributes["table"] = {"MATLAB_sparse": np.uint64(9)}
    path = made(arrays, attributes)
    with pytest.raises(Refusal, match=r"2 in .*: mask \(20 x 24\), wave \(20 x 24\)"):
        data.load(path)
    assert opened(path, RAMP % 3 == 0, "mask").limits == (0, 1)
    opened(path, WAVE, "wave")


def test_matlab_before_7_3_is_told_apart(tmp_path):
    io.savemat(tmp_path / "x.mat", {"slice": SCAN[0]})
    with pytest.raises(Refusal, match=r"'x.mat' of an older version of MATLAB: save it in MATLAB with -v7.3"):
        data.load(tmp_path / "x.mat")


def test_a_filter_that_is_not_there_is_named(made, monkeypatch):
    path = made({})
    with h5py.File(path, "r+") as file:
        file.create_dataset("x", data=SCAN[0], compression="gzip")
    opened(path, SCAN[0])
    monkeypatch.setattr(h5py.h5z, "filter_avail", lambda number: False)
    with pytest.raises(Refusal, match=r"'x' with filter 1 \(deflate\): save it again with gzip: h5repack"):
        data.load(path)


GAPS = np.zeros(RAMP.shape, bool)
GAPS[3:7, 4:15] = True


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
@pytest.mark.parametrize(
    ("stored", "attributes", "scale", "offset"),
    [
        ("f4", {"_FillValue": np.float32(-999.99)}, 1, 0),
        ("f4", {"missing_value": np.float32(1e20)}, 1, 0),
        ("f8", {"missing_value": -9999}, 1, 0),
        ("f4", {"_FillValue": np.float32(np.nan)}, 1, 0),
        ("i2", {"_FillValue": np.int16(-32768), "scale_factor": 0.5, "add_offset": 275.0}, 0.5, 275),
        ("i2", {"_FillValue": np.int16(-999), "missing_value": np.int16(-999), "scale_factor": 2.0}, 2, 0),
        ("i1", {"_FillValue": np.int8(-1), "_Unsigned": "true", "scale_factor": 0.1}, 0.1, 0),
        ("i4", {"valid_range": np.array([0, 1000], np.int32)}, 1, 0),
        ("f4", {"valid_min": np.float32(0)}, 1, 0),
        ("f4", {}, 1, 0),  # never written: the fill value of the library
    ],
)
def test_what_netcdf_calls_missing_is_never_data(tmp_path, engine, stored, attributes, scale, offset):
    mark = (
        *[v for k, v in attributes.items() if k in ("_FillValue", "missing_value")],
        -77 if attributes else 9.969209968386869e36,
    )[0]
    values = np.where(GAPS, mark, RAMP + 5).astype(stored)
    dataset = xr.Dataset({"t": (("y", "x"), values, attributes)})
    plain = {} if "_FillValue" in attributes else {"t": {"_FillValue": None}}  # else xarray writes one of its own
    dataset.to_netcdf(tmp_path / "x.nc", engine=engine, encoding=plain)
    with xr.open_dataset(tmp_path / "x.nc", engine=engine, mask_and_scale=False) as there:
        assert np.array_equal(there["t"].values, values, equal_nan=True)
    loaded = data.load_described(tmp_path / "x.nc")
    assert np.array_equal(loaded.gaps[0, 0].numpy(), GAPS)
    np.testing.assert_allclose(in_units(loaded)[0], scale * np.where(GAPS, 5, RAMP + 5) + offset, rtol=1e-5)
    assert f"{GAPS.sum()} of 480 values are missing" in "; ".join(loaded.notes)


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
def test_names_of_dimensions_tell_channels_from_slices(tmp_path, engine):
    path, three = tmp_path / "x.nc", SCAN[:3].astype(np.int32)
    for dims, wanted in (
        (("time", "lat", "lon"), None),
        (("band", "lat", "lon"), three),
        (("lat", "lon", "rgb"), three),
    ):
        values = three if dims[-1] == "lon" else np.moveaxis(three, 0, -1)
        coordinates = {"lat": np.arange(20.0), "lon": np.arange(24.0)}
        xr.Dataset({"t": (dims, values)}, coordinates).to_netcdf(path, engine=engine)
        if wanted is None:
            with pytest.raises(Refusal, match=r"of its axes \(time, lat, lon\)"):
                data.load(path)
            opened(path, three[1], "t[1]")
        else:
            opened(path, wanted)


def test_a_saved_run_is_a_file_too(tmp_path):
    """Its signals carry names of their own, (batch, truth_channel, truth_row, truth_column)."""
    from workbench.experiment import Experiment
    from workbench.operators import Identity

    shipped = data.Shipped("astronaut", 32)
    storage.save(Experiment(shipped, Identity((3, 32, 32)), steps=1).run(), tmp_path / "run.nc")
    opened(tmp_path / "run.nc", shipped.tensor()[0].numpy(), "truth")
    line = xr.Dataset({"t": (("sample",), RAMP.ravel() / 100.0)})
    line.to_netcdf(tmp_path / "line.nc", engine="scipy")
    opened(tmp_path / "line.nc", RAMP.ravel()[None] / 100)


def test_netcdf_of_groups_complex_numbers_and_coordinates(tmp_path):
    path = tmp_path / "x.nc"
    xr.Dataset({"u": (("y", "x"), RAMP.astype(float))}, {"y": np.arange(20.0)}).to_netcdf(
        path, group="deep", engine="h5netcdf"
    )
    opened(path, RAMP)
    two = {"lat": (("y", "x"), RAMP / 9.0), "lon": (("y", "x"), RAMP / 8.0)}
    xr.Dataset({"z": (("y", "x"), WAVE)}, two).to_netcdf(path, engine="h5netcdf", invalid_netcdf=True)
    assert opened(path, WAVE).tensor.is_complex()
