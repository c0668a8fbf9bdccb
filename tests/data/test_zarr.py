"""Zarr 2 and 3: every type, the conventions of xarray, and the levels of OME images by their metadata."""

import numpy as np
import pytest
import xarray as xr

from tests.data.conftest import RAMP, in_units, opened
from workbench import data
from workbench.refusal import Refusal

zarr = pytest.importorskip("zarr")

GAPS = np.zeros(RAMP.shape, bool)
GAPS[3:7, 4:15] = True
STACK = np.stack([RAMP + k for k in range(12)]).reshape(2, 3, 2, 20, 24).astype(np.uint16)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", ">i2", "u4", "i4", "i8", "f2", ">f4", "f8", "c8", "?"])
def test_every_type_and_the_slices_of_chunks(tmp_path, version, dtype):
    values = (RAMP % 2 if dtype == "?" else RAMP - (60 if np.dtype(dtype).kind in "ifc" else 0)).astype(dtype)
    stack = np.stack([values, values[::-1], values[:, ::-1], values, values])
    zarr.create_array(tmp_path / "x.zarr", data=stack, chunks=(1, 7, 9), zarr_format=version)
    for k in (1, 4):
        opened(tmp_path / "x.zarr", stack[k], f"[{k}]")


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(
    ("stored", "attributes", "scale", "offset"),
    [
        ("f4", {"_FillValue": np.float32(-999.99)}, 1, 0),
        ("f8", {"_FillValue": -9999.0}, 1, 0),
        ("f4", {"missing_value": 1e20}, 1, 0),
        ("f4", {"_FillValue": np.nan}, 1, 0),
        ("i2", {"_FillValue": -32768, "scale_factor": 0.5, "add_offset": 275.0}, 0.5, 275),
    ],
)
def test_what_xarray_writes_as_missing_is_never_data(tmp_path, version, stored, attributes, scale, offset):
    mark = attributes.get("_FillValue", attributes.get("missing_value"))
    values = np.where(GAPS, mark, RAMP + 5).astype(stored)
    source = xr.Dataset({"t": (("y", "x"), values, attributes)}, {"y": np.arange(20)})
    source.to_zarr(tmp_path / "x.zarr", zarr_format=version, consolidated=False)
    loaded = data.load_described(tmp_path / "x.zarr")
    assert np.array_equal(loaded.gaps[0, 0].numpy(), GAPS)
    np.testing.assert_allclose(in_units(loaded)[0], scale * np.where(GAPS, 5, RAMP + 5) + offset, rtol=1e-5)
    assert f"{GAPS.sum()} of 480 values are missing" in "; ".join(loaded.notes)


@pytest.mark.parametrize("version", [2, 3])
def test_a_fill_value_among_the_attributes_of_a_plain_array(tmp_path, version):
    array = zarr.create_array(tmp_path / "x.zarr", shape=RAMP.shape, dtype="f4", chunks=(7, 9), zarr_format=version)
    array[:] = np.where(GAPS, np.float32(-999.99), RAMP)
    array.attrs["_FillValue"] = -999.989990234375
    assert np.array_equal(data.load_described(tmp_path / "x.zarr").gaps[0, 0].numpy(), GAPS)


def test_the_zero_that_zarr_fills_with_is_data(tmp_path):
    xr.Dataset({"t": (("y", "x"), RAMP.astype(np.int32))}).to_zarr(
        tmp_path / "x.zarr", zarr_format=2, consolidated=False
    )
    assert opened(tmp_path / "x.zarr", RAMP).gaps is None


def ome(path, version: str, axes, levels, order=None):
    """An OME image; `order` is that in which its levels are stored."""
    root = zarr.open_group(path, mode="w", zarr_format=2 if version == "0.4" else 3)
    for name in order or levels:
        root.create_array(name, data=levels[name])
    scales = [{"type": "scale", "scale": [1.0] * next(iter(levels.values())).ndim}]
    datasets = [{"path": name, "coordinateTransformations": scales} for name in levels]
    image = {"axes": axes, "datasets": datasets, "version": version, "name": "image"}
    root.attrs.update(
        {"multiscales": [image]} if version == "0.4" else {"ome": {"version": version, "multiscales": [image]}}
    )
    return root


def axes_of(names: str):
    kinds = {"t": "time", "c": "channel"}
    return [{"name": name, "type": kinds.get(name, "space")} for name in names]


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("order", [["fine", "coarse"], ["coarse", "fine"]])
def test_the_finest_level_is_the_image_by_its_metadata(tmp_path, version, order):
    levels = {"fine": RAMP, "coarse": RAMP[::2, ::2]}
    root = ome(tmp_path / "x.zarr", version, axes_of("yx"), levels, order)
    root.create_array("labels/cells/0", data=RAMP)
    opened(tmp_path / "x.zarr", RAMP)
    opened(tmp_path / "x.zarr", RAMP[::2, ::2], "coarse")


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_axes_of_time_channel_and_depth(tmp_path, version):
    ome(tmp_path / "x.zarr", version, axes_of("tczyx"), {"0": STACK, "1": STACK[..., ::2, ::2]})
    with pytest.raises(Refusal) as caught:
        data.load(tmp_path / "x.zarr")
    assert "of its axes (t, c, z, y, x)" in str(caught.value)
    advised = str(caught.value).partition('variable="')[2].partition('"')[0]
    opened(tmp_path / "x.zarr", STACK[1, :, 1], advised)
    opened(tmp_path / "x.zarr", STACK[0, :, 1], "[0, :, 1]")
    opened(tmp_path / "x.zarr", STACK[0, 2, 1], "[0, 2, 1]")
    ome(tmp_path / "z.zarr", version, axes_of("zyx"), {"0": STACK[0, :, 0]})
    with pytest.raises(Refusal, match=r"take one slice.*\(z, y, x\)"):
        data.load(tmp_path / "z.zarr")


def test_axes_of_length_1_are_left_out_wherever_they_stand(tmp_path):
    ome(tmp_path / "x.zarr", "0.5", axes_of("tczyx"), {"0": STACK[:1, :, :1]})
    opened(tmp_path / "x.zarr", STACK[0, :, 0])
    opened(tmp_path / "x.zarr", STACK[0, 1, 0], "[0, 1]")


def test_images_of_a_series_are_asked_for(tmp_path):
    root = zarr.open_group(tmp_path / "x.zarr", mode="w", zarr_format=2)
    for name in ("0", "1"):
        image = root.create_group(name)
        image.create_array("0", data=RAMP)
        image.create_array("1", data=RAMP[::2, ::2])
        image.attrs["multiscales"] = [
            {"version": "0.4", "axes": axes_of("yx"), "datasets": [{"path": "0"}, {"path": "1"}]}
        ]
    with pytest.raises(Refusal, match=r"2 in 'x.zarr': give one as `variable`: 0/0 \(20 x 24\), 1/0 \(20 x 24\)"):
        data.load(tmp_path / "x.zarr")
    opened(tmp_path / "x.zarr", RAMP, "1/0")


@pytest.mark.parametrize("version", [2, 3])
def test_names_of_dimensions_tell_channels_from_slices(tmp_path, version):
    for dims in (("time", "y", "x"), ("channel", "y", "x")):
        path = tmp_path / f"{dims[0]}.zarr"
        xr.Dataset({"t": (dims, STACK[0, :, 0])}).to_zarr(path, zarr_format=version, consolidated=False)
        if dims[0] == "channel":
            opened(path, STACK[0, :, 0])
        else:
            with pytest.raises(Refusal, match=r"\(time, y, x\)"):
                data.load(path)
