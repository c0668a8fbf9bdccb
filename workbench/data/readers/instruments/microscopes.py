"""What RosettaSciIO reads of electron and light microscopes: DigitalMicrograph, EMD, HyperSpy and TIA."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, CHANNEL, DATA, Fields, Index, Reading, StoredArray, need
from workbench.data.readers.hdf5_places import require_here

_CHANNELS = ("RGB", "channel")


def is_hyperspy(file: Any) -> bool:
    """Whether an HDF5 file says that HyperSpy wrote it."""
    return str(_text(file.attrs.get("file_format", ""))).lower() == "hyperspy"


def is_emd(file: Any) -> bool:
    """Whether an HDF5 file is Velox's, or has a group of the other kind of EMD."""
    found: list[str] = []
    file.visititems(lambda name, node: found.append(name) if "emd_group_type" in node.attrs else None)
    return bool(found) or ("Data" in file and "Version" in file and "Image" in file["Data"])


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def reader(plugin: str) -> Callable[[Path], Fields]:
    """The signals of a file by one of RosettaSciIO's plugins; several have the names that the file gives them."""
    return partial(_fields, plugin)


def _fields(plugin: str, path: Path) -> Fields:
    require_here(path)
    signals = _signals(plugin, path)
    found: Fields = {}
    for k, signal in enumerate(signals):
        title = str(signal.get("metadata", {}).get("General", {}).get("title", "")).replace("/", " ")
        name = "" if len(signals) == 1 else title if title and title not in found else f"{title or 'signal'} {k}"
        found[name] = _field(plugin, path, k, signal)
        found |= _coordinates(name, signal["axes"])
    return found


def _signals(plugin: str, path: Path) -> list[Mapping[str, Any]]:
    need("rsciio", "instruments")
    return need(f"rsciio.{plugin}", "instruments").file_reader(str(path), lazy=False)


def _field(plugin: str, path: Path, k: int, signal: Mapping[str, Any]) -> StoredArray:
    values = signal["data"]
    said = tuple(filter(None, map(_step, signal["axes"])))

    def read(index: Index) -> Reading:
        return Reading(np.array(_signals(plugin, path)[k]["data"][index]), said)

    names = [str(axis.get("name") or "") for axis in signal["axes"]]
    whole = len(names) == values.ndim and all(names) and values.dtype.names is None
    axes = tuple(CHANNEL if name in _CHANNELS else name.lower() for name in names) if whole else ()
    units = signal.get("metadata", {}).get("Signal", {}).get("quantity", "")
    return StoredArray(values.shape, values.dtype, read, math.prod(values.shape), axes, DATA, _unit(units))


def _step(axis: Mapping[str, Any]) -> str:
    """The spacing of an axis as a sentence, where it has one in a unit."""
    units = axis.get("units")
    if not isinstance(units, str) or "scale" not in axis:
        return ""
    return f"its axis {axis.get('name')} has steps of {float(axis['scale']):g} {units}"


def _coordinates(name: str, axes: Any) -> Fields:
    """The places along an axis that is one of angles."""
    found: Fields = {}
    for axis in axes:
        if str(axis.get("units")).lower() in ("deg", "degree", "degrees", "°") and "scale" in axis:
            places = float(axis["offset"]) + float(axis["scale"]) * np.arange(int(axis["size"]))
            key = f"{name}.angles" if name else "angles"
            found[key] = StoredArray(
                places.shape, places.dtype, lambda index, places=places: Reading(places[index]), 0, (), ASIDE, "degrees"
            )
    return found


def _unit(quantity: Any) -> str:
    """Intensity (counts) says counts."""
    _, _, unit = str(quantity or "").partition("(")
    return unit.rstrip(")")
