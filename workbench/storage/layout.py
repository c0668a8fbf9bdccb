"""A Dataset in the layout of NetCDF-4, written by h5py: a quarter of the time that h5netcdf takes.

What is read back is read by xarray and h5netcdf. Complex variables are pairs of real ones, since NetCDF has none.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

_NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable. {:>10}"  # what the format says of such a one


def write(dataset: "xr.Dataset", path: Path) -> None:
    """Write the dataset and see it through to the disk. OSError where that has no room."""
    import h5py
    from xarray.conventions import encode_cf_variable, encode_dataset_coordinates

    split = split_complex(dataset)
    variables, attrs = encode_dataset_coordinates(split)
    dims = {str(name): number for number, name in enumerate(split.sizes)}
    made: dict[str, Any] = {}
    with h5py.File(path, "w", track_order=True) as file:
        file.attrs["_NCProperties"] = f"version=2,h5py={h5py.__version__},hdf5={h5py.version.hdf5_version}"
        _attributes(file, attrs)
        for name in dims:
            if name not in variables:
                size = split.sizes[name]
                made[name] = file.create_dataset(name, shape=(size,), dtype=">f4")
                made[name].make_scale(_NO_VARIABLE.format(size))
        for name, variable in variables.items():
            encoded = encode_cf_variable(variable, name=name)
            array = made[str(name)] = _array(file, str(name), np.asarray(encoded.data))
            _attributes(array, encoded.attrs)
            if name in dims:
                array.make_scale(str(name))
        for name, number in dims.items():
            made[name].attrs["_Netcdf4Dimid"] = np.int32(number)
        for name, variable in variables.items():
            for axis, dim in enumerate(variable.dims if name not in dims else ()):
                made[str(name)].dims[axis].attach_scale(made[str(dim)])
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)  # closing gives it to the system, not to the disk
    finally:
        os.close(handle)


def _array(file: Any, name: str, values: np.ndarray) -> Any:
    import h5py

    if values.dtype.kind in "OU":
        return file.create_dataset(name, data=values.astype(object), dtype=h5py.string_dtype())
    return file.create_dataset(name, data=values)


def _attributes(place: Any, attrs: Any) -> None:
    for name, value in attrs.items():
        place.attrs[str(name)] = value


def split_complex(dataset: "xr.Dataset") -> "xr.Dataset":
    names = [n for n in dataset.data_vars if dataset[n].dtype.kind == "c"]
    parts = {f"{n}_{part}": getattr(dataset[n], part) for n in names for part in ("real", "imag")}
    return dataset.drop_vars(names).assign(parts).assign_attrs(complex=" ".join(map(str, names)))


def join_complex(dataset: "xr.Dataset") -> "xr.Dataset":
    names = dataset.attrs.pop("complex", "").split()
    whole = {n: _joined(dataset[f"{n}_real"], dataset[f"{n}_imag"]) for n in names}
    return dataset.drop_vars([f"{n}_{part}" for n in names for part in ("real", "imag")]).assign(whole)


def _joined(real: "xr.DataArray", imag: "xr.DataArray") -> "xr.DataArray":
    """The complex numbers of these parts, bit for bit: real + 1j * imag would turn a -0 into a 0."""
    values = np.empty(real.shape, np.result_type(real.dtype, np.complex64))
    values.real, values.imag = real.values, imag.values
    return real.copy(data=values)
