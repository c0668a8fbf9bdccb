"""ISMRMRD: the acquisitions of an MR scanner, sorted by their flags into arrays."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, CHANNEL, MAIN, Fields, Index, Reading, StoredArray, need
from workbench.refusal import Refusal

_ASIDE = (
    "NAVIGATION_DATA",
    "PHASECORR_DATA",
    "HPFEEDBACK_DATA",
    "RTFEEDBACK_DATA",
    "DUMMYSCAN_DATA",
    "SURFACECOILCORRECTIONSCAN_DATA",
    "PHASE_STABILIZATION",
    "PHASE_STABILIZATION_REFERENCE",
)
_COUNTERS = ("repetition", "set", "phase", "contrast", "average", "slice")
_FLAG = "ACQ_IS_{}"


def begins(file: Any) -> bool:
    """Whether an HDF5 file holds a group of acquisitions."""
    return _group(file) is not None


def _group(file: Any) -> str | None:
    """The first group with a header in XML and acquisitions."""
    for name, node in file.items():
        if {"xml", "data"} <= set(getattr(node, "keys", tuple)()) and "head" in (node["data"].dtype.names or ()):
            return name
    return None


@dataclass(frozen=True)
class _Kind:
    """Acquisitions of one kind, by their numbers in the file, and how they lie together."""

    chosen: np.ndarray
    heads: np.ndarray
    encoding: Any


def fields(path: Path) -> Fields:
    """`kspace` (..., coil, z, y, x) and `sampled`, where it was measured, for Cartesian scans; else `readouts`
    (readout, coil, sample) with `trajectory`; `noise`, `calibration` and `navigators` as readouts, where there are any.

    Lines lie where the header's centre is the middle; samples to be discarded are left out, lines read backwards are
    turned. Several encodings have numbers: kspace 1.
    """
    with need("h5py").File(path, "r") as file:
        name = _group(file)
        heads = file[f"{name}/data"]["head"]
    header = _header(path, name)
    noise, calibration = _is(heads, "NOISE_MEASUREMENT"), _is(heads, "PARALLEL_CALIBRATION")
    aside = np.logical_or.reduce([_is(heads, flag) for flag in _ASIDE])
    calibration &= ~_is(heads, "PARALLEL_CALIBRATION_AND_IMAGING")
    image = ~(noise | aside | calibration)
    found: Fields = {}
    for k, encoding in enumerate(header.encoding):
        here = image & (heads["encoding_space_ref"] == k)
        ending = f" {k}" if len(header.encoding) > 1 else ""
        kind = _Kind(np.flatnonzero(here), heads[here], encoding)
        if here.any():
            found |= {f"{key}{ending}": field for key, field in _image(path, name, kind).items()}
    for key, flags in (("noise", noise), ("calibration", calibration), ("navigators", aside)):
        if flags.any():
            found[key] = _readouts(path, name, _Kind(np.flatnonzero(flags), heads[flags], None), ASIDE)
    return found


def _header(path: Path, name: str | None) -> Any:
    module = need("ismrmrd", "instruments")
    with module.Dataset(str(path), name, create_if_needed=False, mode="r") as data:
        return need("ismrmrd.xsd", "instruments").CreateFromDocument(data.read_xml_header())


def _is(heads: np.ndarray, flag: str) -> np.ndarray:
    number = getattr(need("ismrmrd", "instruments"), _FLAG.format(flag))
    return (heads["flags"].astype(np.uint64) >> np.uint64(number - 1)) & np.uint64(1) == 1


def _image(path: Path, name: str | None, kind: _Kind) -> Fields:
    if kind.encoding.trajectory.value != "cartesian":
        found = {"readouts": _readouts(path, name, kind, MAIN)}
        dimensions = int(kind.heads["trajectory_dimensions"].max())
        if dimensions:
            shape = (len(kind.heads), _one(kind.heads["number_of_samples"], "samples"), dimensions)
            read = _stacked(path, name, kind.chosen, "traj")
            found["trajectory"] = StoredArray(shape, np.dtype(np.float32), read, math.prod(shape), rank=ASIDE)
        return found
    sizes = _sizes(kind)
    coils = _one(kind.heads["active_channels"], "coils")
    space = tuple(int(n) for n in (sizes["z"], sizes["y"], sizes["x"]))
    others = tuple(int(kind.heads["idx"][c].max()) + 1 for c in _COUNTERS)
    axes = [axis for axis, n in zip(_COUNTERS, others, strict=True) if n > 1]
    depth = ("z",) * (space[0] > 1)
    kept = tuple(n for n in others if n > 1)
    shape = (*kept, coils, *space[1 - len(depth) :])
    mask = (*kept, *space[1 - len(depth) :])

    def read(index: Index) -> Reading:
        values, _ = _placed(path, name, kind, (*others, coils, *space))
        note = "its lines lie where the header says that the centre of k-space is; what was not measured is 0"
        return Reading(values.reshape(shape)[index], (note,))

    def sampled(index: Index) -> Reading:
        return Reading(_placed(path, name, kind, (*others, coils, *space))[1].reshape(mask)[index])

    whole = math.prod(shape)
    return {
        "kspace": StoredArray(shape, np.dtype(np.complex64), read, whole, (*axes, CHANNEL, *depth, "y", "x"), MAIN),
        "sampled": StoredArray(mask, np.dtype(bool), sampled, whole, (*axes, *depth, "y", "x"), ASIDE),
    }


def _sizes(kind: _Kind) -> Mapping[str, int]:
    size = kind.encoding.encodedSpace.matrixSize
    return {axis: int(getattr(size, axis)) for axis in "xyz"}


def _one(values: np.ndarray, what: str) -> int:
    """The number that all acquisitions have; Refusal where they differ."""
    found = np.unique(values)
    if len(found) != 1:
        came = ", ".join(map(str, found[:6]))
        raise Refusal(f"acquisitions with one number of {what}", came, "save those of one kind in a file of their own")
    return int(found[0])


def _readouts(path: Path, name: str | None, kind: _Kind, rank: int) -> StoredArray:
    heads = kind.heads
    shape = (len(heads), _one(heads["active_channels"], "coils"), _one(heads["number_of_samples"], "samples"))
    read = _stacked(path, name, kind.chosen, "data")
    return StoredArray(shape, np.dtype(np.complex64), read, math.prod(shape), ("readout", CHANNEL, "sample"), rank)


def _acquisitions(path: Path, name: str | None, chosen: Sequence[int] | np.ndarray) -> list[Any]:
    with need("ismrmrd", "instruments").Dataset(str(path), name, create_if_needed=False, mode="r") as data:
        return [data.read_acquisition(int(k)) for k in chosen]


def _stacked(path: Path, name: str | None, chosen: np.ndarray, part: str) -> Any:
    def read(index: Index) -> Reading:
        first = np.arange(len(chosen))[index[:1] or (slice(None),)]
        found = np.stack([getattr(a, part) for a in _acquisitions(path, name, chosen[np.atleast_1d(first)])])
        return Reading((found if np.ndim(first) else found[0])[(slice(None),) * np.ndim(first) + index[1:]])

    return read


def _placed(path: Path, name: str | None, kind: _Kind, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """All lines in one array, (*counters, coil, z, y, x), and where there are any, without the coils."""
    values, sampled = np.zeros(shape, np.complex64), np.zeros((*shape[: len(_COUNTERS)], *shape[-3:]), bool)
    *_, depth, height, width = shape
    y0 = _shift(kind, "kspace_encoding_step_1", height)
    z0 = _shift(kind, "kspace_encoding_step_2", depth)
    backwards = _is(kind.heads, "REVERSE")
    for acquisition, turned in zip(_acquisitions(path, name, kind.chosen), backwards, strict=True):
        head = acquisition.getHead()
        line = acquisition.data[:, ::-1] if turned else acquisition.data
        left, right = (head.discard_post, head.discard_pre) if turned else (head.discard_pre, head.discard_post)
        centre = head.number_of_samples - 1 - head.center_sample if turned else head.center_sample
        begin = width // 2 - centre
        first, last = max(left, -begin), min(head.number_of_samples - right, width - begin)
        counters = tuple(int(getattr(head.idx, counter)) for counter in _COUNTERS)
        z, y = int(head.idx.kspace_encode_step_2) + z0, int(head.idx.kspace_encode_step_1) + y0
        if not (0 <= y < height and 0 <= z < depth):
            remedy = "the header's encoding limits or its matrix size are wrong: save it with right ones"
            raise Refusal(f"lines in a k-space of {depth} x {height}", f"one at ({z}, {y})", remedy)
        place = (*counters, z, y, slice(begin + first, begin + last))
        if sampled[place].any():
            remedy = "average them before, or save them with counters that tell them apart"
            raise Refusal("one line at each place of k-space", f"two at ({z}, {y})", remedy)
        values[(*counters, slice(None), z, y, slice(begin + first, begin + last))] = line[:, first:last]
        sampled[place] = True
    return values, sampled


def _shift(kind: _Kind, limit: str, size: int) -> int:
    """What is added to a step so that the centre of k-space lies in the middle, at size // 2."""
    limits = getattr(kind.encoding.encodingLimits, limit, None)
    return 0 if limits is None or limits.center is None else size // 2 - int(limits.center)
