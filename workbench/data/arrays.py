"""NPY, NPZ, NetCDF (HDF5) and Zarr: named arrays, read slice by slice where the format allows it."""

import math
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from workbench.data.field import Field, Fields, Index, need

_MARKERS = ("zarr.json", ".zgroup", ".zarray")
_PACKING = ("scale_factor", "add_offset", "_FillValue")


def npy(path: Path) -> Fields:
    """The array of an NPY file, mapped rather than read."""
    with path.open("rb") as stream:
        shape, dtype = _header(stream)
    return {"": Field(shape, dtype, lambda index: np.load(path, mmap_mode="r", allow_pickle=False)[index])}


def npz(path: Path) -> Fields:
    """The arrays of an NPZ archive."""
    with zipfile.ZipFile(path) as archive:
        headers = {}
        for member in archive.namelist():
            if member.endswith(".npy"):
                with archive.open(member) as stream:
                    headers[member.removesuffix(".npy")] = _header(stream)
    return {name: _member(path, name, shape, dtype) for name, (shape, dtype) in headers.items()}


def _member(path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype) -> Field:
    def read(index: Index) -> np.ndarray:
        with np.load(path, allow_pickle=False) as archive:
            return archive[name][index]

    return Field(shape, dtype, read, math.prod(shape))


def _header(stream: Any) -> tuple[tuple[int, ...], np.dtype]:
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream)
    return shape, dtype


def netcdf(path: Path) -> Fields:
    """The variables at the root of a NetCDF or HDF5 file, unpacked as the CF conventions say, gaps as NaN."""
    with _dataset(path) as data:
        return {str(name): _variable(path, name, variable) for name, variable in data.data_vars.items()}


def _dataset(path: Path) -> Any:
    with path.open("rb") as stream:
        classic = stream.read(3) == b"CDF"
    need("scipy" if classic else "h5py")
    need("scipy" if classic else "h5netcdf")
    engine, options = ("scipy", {"mmap": False}) if classic else ("h5netcdf", {"phony_dims": "access"})
    return need("xarray").open_dataset(path, engine=engine, decode_times=False, **options)


def _variable(path: Path, name: Any, variable: Any) -> Field:
    def read(index: Index) -> np.ndarray:
        with _dataset(path) as data:
            return data[name][index].values

    chunks = variable.encoding.get("chunksizes") or ()
    return Field(variable.shape, variable.dtype, read, math.prod(chunks))


def zarr(path: Path) -> Fields:
    """The arrays of a Zarr store, a folder or a zip file; coordinates, named as their own axis, are left out."""
    module = need("zarr")
    zipped = path.is_file()
    store = module.storage.ZipStore(path, mode="r") if zipped else module.storage.LocalStore(path, read_only=True)
    root = module.open(store, mode="r", path=zarr_root(path))
    if isinstance(root, module.Array):
        return {"": _stored(root)}
    arrays = {name: node for name, node in root.members(max_depth=None) if isinstance(node, module.Array)}
    return {name: _stored(array) for name, array in arrays.items() if _axes(array) != (name.rpartition("/")[2],)}


def zarr_root(path: Path) -> str | None:
    """Where in a folder or zip file the Zarr store begins, "" at its top; None where there is none."""
    if path.is_dir():
        return "" if any((path / marker).is_file() for marker in _MARKERS) else None
    with zipfile.ZipFile(path) as archive:
        members = [PurePosixPath(name) for name in archive.namelist()]
    homes = [member.parent for member in members if member.name in _MARKERS]
    root = min(homes, key=lambda home: len(home.parts), default=None)
    return None if root is None else "" if root == PurePosixPath() else str(root)


def is_npz(path: Path) -> bool:
    """Whether a zip file holds NPY arrays."""
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith(".npy") for name in archive.namelist())


def _axes(array: Any) -> tuple[str, ...]:
    named = getattr(array.metadata, "dimension_names", None) or array.attrs.get("_ARRAY_DIMENSIONS", ())
    return tuple(named)


def _stored(array: Any) -> Field:
    packed = [name for name in _PACKING if name in array.attrs and array.dtype.kind in "iu"]
    notes = (f"its attributes {', '.join(packed)} are not applied",) * bool(packed)
    block = math.prod(array.shards or array.chunks)
    return Field(array.shape, array.dtype, lambda index: np.asarray(array[index]), block, notes=notes)
