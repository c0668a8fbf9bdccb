"""Acquisitions of an MR scanner of one kind: stacked as they came, or laid where they belong in k-space."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, CHANNEL, MAIN, Fields, Index, Reading, StoredArray, need
from workbench.refusal import Refusal
from workbench.tensors import shown

_COUNTERS = ("repetition", "set", "phase", "contrast", "average", "slice")
_FLAG = "ACQ_IS_{}"
_LAID = "its lines lie where the header says that the centre of k-space is; what was not measured is 0"


def flagged(heads: np.ndarray, flag: str) -> np.ndarray:
    """Which acquisitions have a flag of ISMRMRD, such as "NOISE_MEASUREMENT"."""
    number = getattr(need("ismrmrd", "instruments"), _FLAG.format(flag))
    return (heads["flags"].astype(np.uint64) >> np.uint64(number - 1)) & np.uint64(1) == 1


@dataclass(frozen=True)
class Acquisitions:
    """Acquisitions in a group of a file, by their numbers there, with their heads, and how they were encoded."""

    path: Path
    group: str | None
    chosen: np.ndarray
    heads: np.ndarray
    encoding: Any = None

    def readouts(self, rank: int = ASIDE) -> StoredArray:
        """One after another: (coil, readout, sample)."""
        shape = (self._one("active_channels", "coils"), len(self.heads), self._one("number_of_samples", "samples"))
        axes = (CHANNEL, "readout", "sample")
        return StoredArray(shape, np.dtype(np.complex64), self._each("data", 1), math.prod(shape), axes, rank)

    def along_a_trajectory(self) -> Fields:
        """`readouts`, and where they were taken, (readout, sample, axis)."""
        found: Fields = {"readouts": self.readouts(MAIN)}
        dimensions = int(self.heads["trajectory_dimensions"].max())
        if dimensions:
            shape = (len(self.heads), self._one("number_of_samples", "samples"), dimensions)
            values = self._each("traj", 0)
            found["trajectory"] = StoredArray(shape, np.dtype(np.float32), values, math.prod(shape), rank=ASIDE)
        return found

    def laid_out(self, rank: int = MAIN) -> tuple[StoredArray, StoredArray]:
        """Cartesian k-space, (..., coil, z, y, x), and where it was measured, without the coils."""
        coils, space = self._one("active_channels", "coils"), self._space()
        others = tuple(int(self.heads["idx"][c].max()) + 1 for c in _COUNTERS)
        axes = [axis for axis, n in zip(_COUNTERS, others, strict=True) if n > 1]
        depth = ("z",) * (space[0] > 1)
        kept = tuple(n for n in others if n > 1)
        shape, mask = (*kept, coils, *space[1 - len(depth) :]), (*kept, *space[1 - len(depth) :])
        notes = (_LAID, *self._oversampled())

        def read(index: Index) -> Reading:
            return Reading(self._placed((*others, coils, *space))[0].reshape(shape)[index], notes)

        def sampled(index: Index) -> Reading:
            return Reading(self._placed((*others, coils, *space))[1].reshape(mask)[index])

        whole = math.prod(shape)
        return (
            StoredArray(shape, np.dtype(np.complex64), read, whole, (*axes, CHANNEL, *depth, "y", "x"), rank),
            StoredArray(mask, np.dtype(bool), sampled, whole, (*axes, *depth, "y", "x"), ASIDE),
        )

    def _space(self) -> tuple[int, int, int]:
        size = self.encoding.encodedSpace.matrixSize
        return int(size.z), int(size.y), int(size.x)

    def _oversampled(self) -> tuple[str, ...]:
        """That readouts see a wider field than the picture has, and what takes it away."""
        wide, picture = (float(s.fieldOfView_mm.x) for s in (self.encoding.encodedSpace, self.encoding.reconSpace))
        if not wide > picture > 0:
            return ()
        factor = f"{wide / picture:g}"
        said = f"its readouts see {wide:g} mm, the picture has {picture:g}: the step ReadoutOversampling"
        return (f"{said} with factor {factor} takes the rest away",)

    def _one(self, key: str, what: str) -> int:
        """The number that all acquisitions have; Refusal where they differ."""
        found = np.unique(self.heads[key])
        if len(found) != 1:
            came = ", ".join(map(str, found[:6]))
            raise Refusal(
                f"acquisitions with one number of {what}", came, "save those of one kind in a file of their own"
            )
        return int(found[0])

    def _acquisitions(self, chosen: Sequence[int] | np.ndarray) -> list[Any]:
        module = need("ismrmrd", "instruments")
        with module.Dataset(str(self.path), self.group, create_if_needed=False, mode="r") as data:
            return [data.read_acquisition(int(k)) for k in chosen]

    def _each(self, part: str, place: int) -> Callable[[Index], Reading]:
        """A part of all acquisitions, whose own axis has this place."""

        def read(index: Index) -> Reading:
            found = np.stack([getattr(a, part) for a in self._acquisitions(self.chosen)], place)
            return Reading(found[index])

        return read

    def _placed(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """All lines in one array, (*counters, coil, z, y, x), and where there are any, without the coils."""
        values, sampled = np.zeros(shape, np.complex64), np.zeros((*shape[: len(_COUNTERS)], *shape[-3:]), bool)
        *_, depth, height, width = shape
        y0, z0 = self._shift("kspace_encoding_step_1", height), self._shift("kspace_encoding_step_2", depth)
        backwards = flagged(self.heads, "REVERSE")
        for acquisition, turned in zip(self._acquisitions(self.chosen), backwards, strict=True):
            head = acquisition.getHead()
            line = acquisition.data[:, ::-1] if turned else acquisition.data
            here, there = _columns(head, bool(turned), width)
            counters = tuple(int(getattr(head.idx, counter)) for counter in _COUNTERS)
            z, y = int(head.idx.kspace_encode_step_2) + z0, int(head.idx.kspace_encode_step_1) + y0
            if not (0 <= y < height and 0 <= z < depth):
                remedy = "the header's encoding limits or its matrix size are wrong: save it with right ones"
                raise Refusal(f"lines in a k-space of {shown((depth, height))}", f"one at ({z}, {y})", remedy)
            place = (*counters, z, y, there)
            if sampled[place].any():
                remedy = "average them before, or save them with counters that tell them apart"
                raise Refusal("one line at each place of k-space", f"two at ({z}, {y})", remedy)
            values[(*counters, slice(None), z, y, there)] = line[:, here]
            sampled[place] = True
        return values, sampled

    def _shift(self, limit: str, size: int) -> int:
        """What is added to a step so that the centre of k-space lies in the middle, at size // 2."""
        limits = getattr(self.encoding.encodingLimits, limit, None)
        return 0 if limits is None or limits.center is None else size // 2 - int(limits.center)


def _columns(head: Any, turned: bool, width: int) -> tuple[slice, slice]:
    """Which samples of a line are kept, those to be discarded left out, and where they lie in a row of k-space."""
    count = head.number_of_samples
    left, right = (head.discard_post, head.discard_pre) if turned else (head.discard_pre, head.discard_post)
    begin = width // 2 - (count - 1 - head.center_sample if turned else head.center_sample)
    first, last = max(left, -begin), min(count - right, width - begin)
    return slice(first, last), slice(begin + first, begin + last)


def by_encoding(header: Any, heads: np.ndarray, which: np.ndarray) -> Mapping[str, tuple[np.ndarray, Any]]:
    """Those among `which` of each encoding of the header, by the end of their name: "", or " 1" of several."""
    many = len(header.encoding) > 1
    found = {}
    for k, encoding in enumerate(header.encoding):
        here = which & (heads["encoding_space_ref"] == k)
        if here.any():
            found[f" {k}" if many else ""] = (here, encoding)
    return found
