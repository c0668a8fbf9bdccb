"""What the libraries of NetCDF mean without saying it in an attribute: values as netCDF4 1.7.5 masks and names them."""

import numpy as np
import pytest
import xarray as xr

from tests.data.conftest import RAMP
from workbench import data
from workbench.refusal import Refusal

h5py = pytest.importorskip("h5py")
FILLS = {"i2": -32767, "i4": -2147483647, "i8": -9223372036854775806, "u2": 65535, "u4": 4294967295}


@pytest.mark.parametrize("dtype", FILLS)
def test_whole_numbers_that_were_never_written_are_missing(tmp_path, dtype):
    """netCDF4.Dataset: createVariable without fill_value, one row written; the others are masked when read."""
    with h5py.File(tmp_path / "a.nc", "w") as file:
        file.attrs["_NCProperties"] = "version=2,netcdf=4.9.3,hdf5=1.14.6"
        file.create_dataset("t", RAMP.shape, dtype, fillvalue=FILLS[dtype])[0] = RAMP[0]
        file.create_dataset("whole", data=np.full(RAMP.shape, FILLS[dtype], dtype))  # h5netcdf leaves 0: this is data
    with pytest.raises(Refusal, match="456 of 480 missing"):
        data.load_array(tmp_path / "a.nc", "t")
    assert (data.load_array(tmp_path / "a.nc", "whole").tensor.numpy() == FILLS[dtype]).all()


def test_the_classic_format_masks_them_too_and_bytes_never(tmp_path):
    values = np.where(RAMP > 60, -32767, RAMP).astype("i2")
    dataset = xr.Dataset({"t": (("y", "x"), values), "b": (("y", "x"), np.full(RAMP.shape, -127, "i1"))})
    dataset.to_netcdf(tmp_path / "a.nc", engine="scipy")
    with pytest.raises(Refusal, match=f"{(RAMP > 60).sum()} of 480 missing"):
        data.load_array(tmp_path / "a.nc", "t")
    assert (data.load_array(tmp_path / "a.nc", "b").tensor.numpy() == -127).all()


def test_the_valid_range_of_unsigned_numbers_is_unsigned_too(tmp_path):
    attributes = {"_Unsigned": "true", "valid_range": np.array([0, -2], "i1")}  # 0 to 254
    dataset = xr.Dataset({"t": (("y", "x"), (2 * RAMP + 10).astype("u1").view("i1"), attributes)})
    dataset.to_netcdf(tmp_path / "a.nc", engine="scipy")
    assert (data.load_array(tmp_path / "a.nc", "t").tensor.numpy() == 2 * RAMP + 10).all()


@pytest.mark.parametrize("axis", ["complex", "ri", "_pfnc_complex"])
def test_an_axis_of_real_and_imaginary_parts_is_complex(tmp_path, axis):
    pairs = np.stack([RAMP, 3.0 * RAMP], -1)
    for engine in ("h5netcdf", "scipy"):
        xr.Dataset({"t": (("y", "x", axis), pairs)}).to_netcdf(tmp_path / "a.nc", engine=engine)
        np.testing.assert_array_equal(data.load_array(tmp_path / "a.nc", "t").tensor.numpy(), RAMP * (1 + 3j))
        np.testing.assert_array_equal(data.load_array(tmp_path / "a.nc", "t[3]").tensor.numpy(), RAMP[3] * (1 + 3j))


@pytest.mark.parametrize("kind", ["scipy", "h5netcdf", 2, 3])
def test_coordinates_have_names_and_the_array_needs_none(tmp_path, kind):
    angles = ("angle", np.linspace(0, 90, 20), {"units": "degrees"})
    dataset = xr.Dataset({"t": (("angle", "bin"), RAMP)}, {"angle": angles, "theta": ("angle", np.arange(20.0))})
    path = tmp_path / "a"
    if isinstance(kind, int):
        dataset.to_zarr(path, zarr_format=kind, consolidated=False)
    else:
        dataset.to_netcdf(path, engine=kind)
    assert (data.load_array(path).tensor.numpy() == RAMP).all()
    assert data.load_array(path, "angle").units == "degrees"
    assert (data.load_array(path, "theta").tensor.numpy() == np.arange(20)).all()
    assert {found.name for found in data.contents(path)[1]} == {"t", "angle", "theta"}  # bin is a length alone


def test_the_fifth_format_is_named(tmp_path):
    (tmp_path / "a.nc").write_bytes(b"CDF\x05" + bytes(60))
    with pytest.raises(Refusal, match="the fifth format: nccopy -k nc4"):
        data.load_array(tmp_path / "a.nc")
