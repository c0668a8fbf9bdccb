"""NetCDF 3, the classic format: its variables, unpacked as the CF conventions say."""

from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, DATA, Fields, Index, Reading, StoredArray, named_axes, need
from workbench.data.packing import packing
from workbench.refusal import Refusal

_FIFTH = b"CDF\x05"  # CDF-5, whose sizes have 64 bits


def fields(path: Path) -> Fields:
    """The variables of a file; coordinates stand aside."""
    with path.open("rb") as stream:
        if stream.read(4) == _FIFTH:
            raise Refusal("NetCDF 3 or 4", f"{path.name!r}, the fifth format", "nccopy -k nc4 OLD.nc NEW.nc")
    with _dataset(path) as data:
        return {
            str(name): _variable(path, name, variable, ASIDE if name in data.coords else DATA)
            for name, variable in data.variables.items()
        }


def _dataset(path: Path) -> Any:
    need("scipy")
    options = {"engine": "scipy", "mmap": False, "decode_times": False, "mask_and_scale": False}
    return need("xarray").open_dataset(path, **options)


def _variable(path: Path, name: Any, variable: Any, rank: int) -> StoredArray:
    attributes = {**variable.attrs, **{k: v for k, v in variable.encoding.items() if k == "_FillValue"}}
    unpack = packing(attributes, variable.dtype, netcdf=True)

    def read(index: Index) -> Reading:
        with _dataset(path) as data:
            return unpack(np.asarray(data[name][index].values))

    axes = named_axes(tuple(map(str, variable.dims)))
    units = str(variable.attrs.get("units", ""))
    return StoredArray(variable.shape, unpack.dtype(variable.dtype), read, axes=axes, rank=rank, units=units)
