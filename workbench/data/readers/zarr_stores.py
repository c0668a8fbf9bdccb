"""Zarr 2 and 3, folders and zip files, with the CF conventions of xarray and the multiscale images of OME."""

import math
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, CHANNEL, DATA, MAIN, Fields, Index, Reading, StoredArray, named_axes, need
from workbench.data.packing import named_packing, packing

_MARKERS = ("zarr.json", ".zgroup", ".zarray")


def fields(path: Path) -> Fields:
    """The arrays of a store; coordinates stand aside.

    The finest level of a multiscale image is the main one, by its metadata.
    """
    module = need("zarr")
    zipped = path.is_file()
    store = module.storage.ZipStore(path, mode="r") if zipped else module.storage.LocalStore(path, read_only=True)
    top = module.open(store, mode="r", path=root(path))
    if isinstance(top, module.Array):
        return {"": _stored(top)}
    nodes = {"": top} | dict(sorted(top.members(max_depth=None)))  # which come in any order
    arrays = {name: node for name, node in nodes.items() if isinstance(node, module.Array)}
    levels = {name: level for stem, node in nodes.items() for name, level in _levels(stem, node) if name in arrays}
    aside = {name for name in arrays if "labels" in name.split("/")[:-1]} | _coordinates(arrays)
    return {
        name: _stored(array, *levels.get(name, ((), ASIDE if name in aside else DATA, ())))
        for name, array in arrays.items()
    }


def _coordinates(arrays: Mapping[str, Any]) -> set[str]:
    """The arrays that are named as their own axis, and those that others name as what tells where their values lie."""
    listed = {word for array in arrays.values() for word in str(array.attrs.get("coordinates", "")).split()}
    return {
        name
        for name, array in arrays.items()
        if (last := name.rpartition("/")[2]) in listed or _names(array) == (last,)
    }


def root(path: Path) -> str | None:
    """Where in a folder or zip file the Zarr store begins, "" at its top; None where there is none."""
    if path.is_dir():
        return "" if any((path / marker).is_file() for marker in _MARKERS) else None
    with zipfile.ZipFile(path) as archive:
        members = [PurePosixPath(name) for name in archive.namelist()]
    homes = [member.parent for member in members if member.name in _MARKERS]
    found = min(homes, key=lambda home: len(home.parts), default=None)
    return None if found is None else "" if found == PurePosixPath() else str(found)


def _levels(stem: str, node: Any) -> Iterator[tuple[str, tuple[tuple[str, ...], int, tuple[str, ...]]]]:
    """The levels of the multiscale images that a group describes (NGFF 0.4, and 0.5 under "ome"), finest first."""
    attributes = node.attrs.asdict()
    described = attributes.get("ome", attributes)
    images = described.get("multiscales", ()) if isinstance(described, dict) else ()
    aside = "labels" in stem.split("/")
    for image in images:
        axes = _ome_axes(image)
        for place, level in enumerate(image.get("datasets", ())):
            name = f"{stem}/{level['path']}".strip("/")
            yield name, (axes, ASIDE if aside else DATA if place else MAIN, _steps(image, level))


def _steps(image: dict[str, Any], level: dict[str, Any]) -> tuple[str, ...]:
    """The steps along the axes of space and time of a level, as a sentence: its scale times that of the whole image."""
    axes = [axis if isinstance(axis, dict) else {"name": axis} for axis in image.get("axes", ())]
    scales = [
        np.array(change["scale"], float)
        for part in (level, image)
        for change in part.get("coordinateTransformations", ())
        if change.get("type") == "scale" and len(change.get("scale", ())) == len(axes)
    ]
    whole = np.prod(scales, axis=0) if scales else np.ones(len(axes))
    told = [
        f"{size:g} {axis['unit']} ({axis.get('name')})"
        for axis, size in zip(axes, whole, strict=True)
        if axis.get("unit")
    ]
    return (f"its steps are {', '.join(told)}",) * bool(told)


def _ome_axes(image: dict[str, Any]) -> tuple[str, ...]:
    entries = [axis if isinstance(axis, dict) else {"name": axis} for axis in image.get("axes", "tczyx")]
    return tuple(CHANNEL if e.get("type") == "channel" else str(e.get("name", "?")).lower() for e in entries)


def _names(array: Any) -> tuple[str, ...]:
    named = getattr(array.metadata, "dimension_names", None) or array.attrs.get("_ARRAY_DIMENSIONS", ())
    return tuple(name or "" for name in named)


def _fills(array: Any, names: tuple[str, ...]) -> bool:
    """Whether the value of what was never written marks what is missing: in Zarr 2 xarray keeps its mark there.

    A 0 is what Zarr itself puts there, and a NaN is no number anyway.
    """
    value = array.fill_value
    if array.dtype.kind in "fc" and value is not None and np.isnan(value):
        return True
    return bool(names and array.metadata.zarr_format == 2 and value)


def _stored(array: Any, axes: tuple[str, ...] = (), rank: int = DATA, said: tuple[str, ...] = ()) -> StoredArray:
    names = _names(array)
    attributes = array.attrs.asdict()
    if "_FillValue" not in attributes and _fills(array, names):
        attributes["_FillValue"] = array.fill_value
    unpack = packing(attributes, array.dtype, unpack=bool(names))
    left = named_packing(attributes) if not names else ()
    notes = (*said, *((f"its attributes {', '.join(left)} are not applied",) * bool(left)))

    def read(index: Index) -> Reading:
        found = unpack(np.asarray(array[index]))
        return Reading(found.values, (*notes, *found.notes), found.gaps, found.marker)

    axes = axes if len(axes) == array.ndim else named_axes(names)
    block = math.prod(array.shards or array.chunks)
    units = str(attributes.get("units", ""))
    return StoredArray(array.shape, unpack.dtype(array.dtype), read, block, axes, rank, units)
