"""HDF5: arrays of all groups by their paths, NetCDF 4, NeXus and MATLAB 7.3 among them."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, CHANNEL, DATA, MAIN, Fields, Index, StoredArray, named_axes, need
from workbench.data.packing import packing
from workbench.data.readers import matlab_arrays
from workbench.refusal import Refusal

STARTS = (0, 512, 1024, 2048, 4096)  # a block of the user's own may stand in front
_NETCDF = ("_NCProperties", "_nc3_strict")


def fields(path: Path) -> Fields:
    """The arrays of an HDF5 file by their paths; the signal of NeXus data is the main one."""
    with need("h5py").File(path, "r") as file:
        nodes = dict(_nodes(file, "", set()))
        found = {name: node for name, node in nodes.items() if isinstance(node, need("h5py").Dataset)}
        netcdf = any(name in file.attrs for name in _NETCDF) or any(map(_is_scale, found.values()))
        signals = _signals(file, nodes)
        ranks = dict.fromkeys(_coordinates(found), ASIDE) | dict.fromkeys(signals, MAIN)
        return {
            name: _field(path, name, data, netcdf, ranks.get(name, DATA))
            for name, data in (found | signals).items()
            if not matlab_arrays.is_inside(data)
        }


def holds(test: Callable[[Any], bool]) -> Callable[[Path], bool]:
    """Whether a file, open, passes a test; no file that does not open does."""

    def inside(path: Path) -> bool:
        try:
            with need("h5py").File(path, "r") as file:
                return test(file)
        except OSError:
            return False

    return inside


def _nodes(group: Any, stem: str, seen: set[Any]) -> Iterator[tuple[str, Any]]:
    """Every group and array once, by the first path that leads to it; links that lead nowhere or away are left out."""
    module = need("h5py")
    for key in group:
        if not isinstance(group.get(key, getlink=True), module.HardLink):
            continue
        node = group[key]
        place = module.h5o.get_info(node.id).addr
        if place in seen or (isinstance(node, module.Group) and matlab_arrays.is_hidden(key, node)):
            continue
        seen.add(place)
        yield f"{stem}{key}", node
        if isinstance(node, module.Group):
            yield from _nodes(node, f"{stem}{key}/", seen)


def _signals(file: Any, nodes: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays that NeXus calls signals: that of the group by default, where the file names one, else all."""
    module = need("h5py")
    groups = {
        n: g for n, g in nodes.items() if isinstance(g, module.Group) and _word(g.attrs.get("NX_class")) == "NXdata"
    }
    first, path = _word(file.attrs.get("default")), ""
    while first and path not in groups and isinstance(_get(file, f"{path}/{first}"), module.Group):
        path = f"{path}/{first}".strip("/")
        first = _word(file[path].attrs.get("default"))
    groups = {path: groups[path]} if path in groups else groups
    names = [f"{name}/{_signal(group)}" for name, group in groups.items()]
    return {name: data for name in names if isinstance(data := _get(file, name), module.Dataset)}


def _signal(group: Any) -> str:
    """The name of the signal of NXdata: by the group's attribute, by one of the array itself, or "data"."""
    marked = (key for key in group if "signal" in getattr(_get(group, key), "attrs", ()))
    return _word(group.attrs.get("signal")) or next(marked, "data")


def _get(group: Any, path: str) -> Any:
    """What a path leads to; None where a link leads nowhere, as one to another file that is not here."""
    try:
        return group[path]
    except (KeyError, OSError):
        return None


def _coordinates(found: Mapping[str, Any]) -> list[str]:
    """The arrays that say where the values of others lie: scales of dimensions, and what others name as such."""
    listed = (_word(data.attrs.get(key)) for data in found.values() for key in ("coordinates", "bounds"))
    words = {word for words in listed for word in words.split()}
    return [n for n, data in found.items() if (_is_scale(data) and data.ndim <= 1) or n.rpartition("/")[2] in words]


def _field(path: Path, name: str, data: Any, netcdf: bool, rank: int) -> StoredArray:
    values, block = partial(_values, path, name), math.prod(data.chunks or ())
    if matlab_arrays.is_matlab(data):
        return matlab_arrays.field(data, values, block)
    unpack = packing(data.attrs, data.dtype, netcdf)
    dtype = unpack.dtype(data.dtype) if data.dtype.names is None else data.dtype
    units = _word(data.attrs.get("units"))
    return StoredArray(data.shape or (), dtype, lambda index: unpack(values(index)), block, _axes(data), rank, units)


def _values(path: Path, name: str, index: Index) -> np.ndarray:
    """A slice of an array; Refusal where its compression needs a filter that is not there."""
    with need("h5py").File(path, "r") as file:
        data = file[name]
        _require_filters(data, name)
        return np.asarray(data[index])


def _require_filters(data: Any, name: str) -> None:
    module, how = need("h5py"), data.id.get_create_plist()
    filters = [how.get_filter(k) for k in range(how.get_nfilters())]
    for number, _, _, label in filters:
        if not module.h5z.filter_avail(number):
            came = f"{name!r} with filter {number} ({label.decode('utf-8', 'replace')[:60]})"
            remedy = "save it again with gzip: h5repack -f GZIP=4 OLD.h5 NEW.h5"
            raise Refusal("a compression that h5py can undo", came, remedy)


def _axes(data: Any) -> tuple[str, ...]:
    """The names of the axes: those of attached scales, of labels, or what NeXus says the last ones mean."""
    inner = {"image": ("y", "x"), "rgb-image": ("y", "x", CHANNEL), "rgba-image": ("y", "x", CHANNEL)}
    known = inner.get(_word(data.attrs.get("interpretation")), ())
    if known and data.ndim >= len(known):
        return (*(f"axis {k}" for k in range(data.ndim - len(known))), *known)
    if data.shape is None:
        return ()
    return named_axes(tuple(_label(dimension) for dimension in data.dims))


def _label(dimension: Any) -> str:
    if dimension.label:
        return dimension.label
    return dimension[0].name.rpartition("/")[2] if len(dimension) else ""


def _is_scale(data: Any) -> bool:
    return _word(data.attrs.get("CLASS")) == "DIMENSION_SCALE"


def _word(value: Any) -> str:
    value = np.ravel(value)[0] if value is not None and np.size(value) else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
