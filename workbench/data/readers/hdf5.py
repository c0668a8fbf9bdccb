"""HDF5: arrays of all groups by their paths, NetCDF 4, NeXus and MATLAB 7.3 among them."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, CHANNEL, DATA, MAIN, Fields, Index, Reading, StoredArray, named_axes, need
from workbench.data.packing import packing
from workbench.data.readers import matlab_arrays
from workbench.data.readers.hdf5_places import lies_here, require_numbers
from workbench.refusal import Refusal

STARTS = (0, 512, 1024, 2048, 4096)  # a block of the user's own may stand in front
_NETCDF = ("_NCProperties", "_nc3_strict")
_LENGTH = "This is a netCDF dimension but not a netCDF variable"


def fields(path: Path) -> Fields:
    """The arrays of an HDF5 file by their paths; the signal of NeXus data is the main one."""
    with need("h5py").File(path, "r") as file:
        nodes = dict(_nodes(file, "", set()))
        found = {name: node for name, node in nodes.items() if _is_array(node)}
        linked = dict(_linked(path, {"": file} | nodes))
        netcdf = any(name in file.attrs for name in _NETCDF) or any(map(_is_scale, found.values()))
        signals = _signals(path, file, nodes)
        ranks = dict.fromkeys((*linked, *_coordinates(found)), ASIDE) | dict.fromkeys(signals, MAIN)
        return {
            name: _field(path, name, data, netcdf, ranks.get(name, DATA))
            for name, data in (found | signals | linked).items()
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


def _linked(path: Path, nodes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The arrays of groups that have another name as well, or lie in another file of the same folder."""
    module = need("h5py")
    for stem, group in nodes.items():
        for key in group if isinstance(group, module.Group) else ():
            name, node = f"{stem}/{key}".strip("/"), _get(group, key)
            if name not in nodes and _is_array(node) and lies_here(path, node):
                yield name, node


def _is_array(node: Any) -> bool:
    """Whether a node is an array: an empty one has no shape, and a dimension of NetCDF may be no more than a length."""
    if not isinstance(node, need("h5py").Dataset) or node.shape is None:
        return False
    return not _word(node.attrs.get("NAME")).startswith(_LENGTH)


def _signals(path: Path, file: Any, nodes: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays that NeXus calls signals: that of the group by default, where the file names one, else all."""
    module = need("h5py")
    groups = {
        n: g for n, g in nodes.items() if isinstance(g, module.Group) and _word(g.attrs.get("NX_class")) == "NXdata"
    }
    first, place = _word(file.attrs.get("default")), ""
    while first and place not in groups and isinstance(_get(file, f"{place}/{first}"), module.Group):
        place = f"{place}/{first}".strip("/")
        first = _word(file[place].attrs.get("default"))
    groups = {place: groups[place]} if place in groups else groups
    names = [f"{name}/{_signal(group)}" for name, group in groups.items()]
    return {name: data for name in names if _is_array(data := _get(file, name)) and lies_here(path, data)}


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
    # A library of NetCDF tells HDF5 what it leaves where no whole number was written; others leave 0, which is data.
    unpack = packing(data.attrs, data.dtype, netcdf and (data.dtype.kind not in "iu" or bool(data.fillvalue)))
    dtype = unpack.dtype(data.dtype) if data.dtype.names is None else data.dtype
    units = _word(data.attrs.get("units"))
    said = _unwritten(data)

    def read(index: Index) -> Reading:
        found = unpack(values(index))
        return replace(found, notes=(*found.notes, *said))

    return StoredArray(data.shape, dtype, read, block, _axes(data), rank, units)


def _unwritten(data: Any) -> tuple[str, ...]:
    """That parts of an array were never written, as where a scan was ended: HDF5 gives its fill value for them."""
    if not data.chunks or not data.size:
        return ()
    chunks = math.prod(math.ceil(n / size) for n, size in zip(data.shape, data.chunks, strict=True))
    lost = chunks - data.id.get_num_chunks()
    return (f"{lost} of the {chunks} chunks of the array were never written: {data.fillvalue} stands there",) * (
        lost > 0
    )


def _values(path: Path, name: str, index: Index) -> np.ndarray:
    """A slice of an array; Refusal where its numbers are not here, or its compression needs a filter that is not."""
    with need("h5py").File(path, "r") as file:
        data = file[name]
        require_numbers(Path(data.file.filename), name, data)
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
