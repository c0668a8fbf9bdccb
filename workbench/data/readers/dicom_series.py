"""A folder of DICOM files: each series as one volume, its slices in the order of their positions."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import Fields, Index, Reading, StoredArray
from workbench.data.readers.dicom import begins_bare, dataset, frame, stacked
from workbench.data.readers.dicom_places import arranged, place
from workbench.data.readers.dicom_values import units
from workbench.refusal import Refusal
from workbench.tensors import shown

_PREAMBLE = 132
_MAGIC = b"DICM"


def is_series(folder: Path) -> bool:
    """Whether a folder holds files of DICOM."""
    return any(map(_is_dicom, _files(folder)))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name != "DICOMDIR")


def _is_dicom(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(_PREAMBLE)
    return head[-4:] == _MAGIC or begins_bare(head)


def fields(folder: Path) -> Fields:
    """The series of a folder by their numbers and descriptions, as (slice, y, x). Files without pixels are left out.

    Refusal where slices differ in size or direction, or two of them lie at one place.
    """
    found: dict[str, dict[Path, Any]] = {}
    for path in filter(_is_dicom, _files(folder)):
        header = dataset(path, stop_before_pixels=True)
        if "Rows" in header and "Columns" in header:
            found.setdefault(str(header.get("SeriesInstanceUID", "")), {})[path] = header
    if not found:
        raise Refusal("DICOM files with pixels", f"none in {folder.name!r}", "open the folder of a series")
    names: Fields = {}
    for headers in found.values():
        name = _name(next(iter(headers.values()))) if len(found) > 1 else ""
        names[f"{name} {len(names)}" if name in names else name] = _series(headers, folder.name)
    return names


def _name(header: Any) -> str:
    """The number and the description of a series, without what cannot stand in the name of an array."""
    words = (str(header.get("SeriesNumber") or ""), str(header.get("SeriesDescription") or ""))
    return " ".join(filter(None, words)).translate(str.maketrans("/[]:", "    ")).strip() or "series"


def _series(headers: Mapping[Path, Any], name: str) -> StoredArray:
    kinds = {(int(h.Rows), int(h.Columns), int(h.get("SamplesPerPixel") or 1)) for h in headers.values()}
    frames = max(int(h.get("NumberOfFrames") or 1) for h in headers.values())
    if len(kinds) != 1 or frames > 1 or min(kinds)[2] != 1:
        came = f"{name!r} with files of {', '.join(shown(kind[:2]) for kind in sorted(kinds)[:4])}"
        remedy = "open its files one by one, or move those of another kind out of the folder"
        raise Refusal("grey slices of one size, one in each file", came, remedy)
    paths, notes = _ordered(headers, name)
    rows, columns, _ = kinds.pop()
    shape = (len(paths), rows, columns)

    def read(index: Index) -> Reading:
        found = stacked(range(len(paths)), lambda k: frame(dataset(paths[k]), 0), index)
        return Reading(found.values, (*notes, *found.notes), found.gaps, found.marker, suggested=found.suggested)

    told = units(next(iter(headers.values())))
    return StoredArray(shape, np.dtype(np.float64), read, math.prod(shape[1:]), ("slice", "y", "x"), units=told)


def _ordered(headers: Mapping[Path, Any], name: str) -> tuple[Sequence[Path], tuple[str, ...]]:
    """The files in the order of their positions, from the lowest along the normal, else of their numbers."""
    found = {path: place(header) for path, header in headers.items()}
    places = {path: each for path, each in found.items() if each is not None}
    if len(places) < len(found):
        numbers = [int(header.get("InstanceNumber") or 0) for header in headers.values()]
        if len(set(numbers)) < len(numbers):
            raise Refusal("slices with positions or numbers", f"{name!r} without", "open its files one by one")
        by = sorted(headers, key=lambda path: int(headers[path].InstanceNumber))
        return by, ("its slices are in the order of their numbers: not all tell where they lie",)
    if len({turn for turn, _ in places.values()}) > 1:
        raise Refusal("slices of one direction", f"{name!r} with several", "move those of the others out of the folder")
    way = sorted(places, key=lambda path: places[path][1])
    _, notes = arranged([places[path] for path in way], "slices")
    if any("one place" in note for note in notes):
        remedy = "move those of another time or echo out of the folder"
        raise Refusal("one slice at each place", f"{name!r} with several at one", remedy)
    return way, ("its slices are in the order of their positions, along the normal of their planes", *notes)
