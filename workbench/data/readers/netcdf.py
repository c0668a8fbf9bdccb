"""NetCDF 3, the classic format: its variables, unpacked as the CF conventions say."""

from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import Fields, Index, Reading, StoredArray, named_axes, need
from workbench.data.packing import packing


def fields(path: Path) -> Fields:
    """The variables of a file; coordinates are left out."""
    with _dataset(path) as data:
        return {str(name): _variable(path, name, variable) for name, variable in data.data_vars.items()}


def _dataset(path: Path) -> Any:
    need("scipy")
    options = {"engine": "scipy", "mmap": False, "decode_times": False, "mask_and_scale": False}
    return need("xarray").open_dataset(path, **options)


def _variable(path: Path, name: Any, variable: Any) -> StoredArray:
    attributes = {**variable.attrs, **{k: v for k, v in variable.encoding.items() if k == "_FillValue"}}
    unpack = packing(attributes, variable.dtype, netcdf=True)

    def read(index: Index) -> Reading:
        with _dataset(path) as data:
            return unpack(np.asarray(data[name][index].values))

    axes = named_axes(tuple(map(str, variable.dims)))
    units = str(variable.attrs.get("units", ""))
    return StoredArray(variable.shape, unpack.dtype(variable.dtype), read, axes=axes, units=units)
