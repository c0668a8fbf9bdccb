"""Which array of a file, which slice of it, and which of its axes are channels."""

import math
import re
from dataclasses import dataclass

import numpy as np

from workbench.data.field import ASIDE, CHANNEL, Fields, Index, Reading, StoredArray
from workbench.refusal import Refusal
from workbench.tensors import shown

_PLACE = r"\s*(?:\d+|:)\s*"
_SLICE = re.compile(rf"(.*?)\s*\[({_PLACE}(?:,{_PLACE})*)\]")
_MOST_CHANNELS = 4
_MOST_NAMES = 200  # letters of a list of arrays: a file may hold thousands


@dataclass(frozen=True)
class Selection:
    """One picture or 1-D signal inside a file: its field, the index of the slice, the name it was asked by."""

    field: StoredArray
    index: Index
    name: str

    @property
    def _kept(self) -> list[int]:
        """The axes of the field that remain after the index, without those of length 1 that nobody needs."""
        whole, axes = self.field.shape, self.field.axes
        kept = [k for k in range(len(whole)) if k >= len(self.index) or isinstance(self.index[k], slice)]
        if axes:
            spare = [k for k in kept if whole[k] == 1 and axes[k] != CHANNEL]
            most = max(0, len(kept) - sum(axes[k] == CHANNEL for k in kept) - 2)
            return [k for k in kept if k not in spare[:most]]
        while _has_batch(tuple(whole[k] for k in kept)):
            kept = kept[1:]
        return kept

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the axes that remain."""
        return tuple(self.field.shape[k] for k in self._kept)

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the axes that remain, where the file gives names."""
        return tuple(self.field.axes[k] for k in self._kept) if self.field.axes else ()

    @property
    def channel_axis(self) -> int | None:
        """The axis of channels: as the format says, else an axis of 1 to 4 entries, the first or else the last."""
        shape = self.shape
        if self.field.axes:
            return self.axes.index(CHANNEL) if CHANNEL in self.axes and len(shape) > 1 else None
        if len(shape) not in (2, 3):
            return None
        return 0 if shape[0] <= _MOST_CHANNELS else len(shape) - 1 if shape[-1] <= _MOST_CHANNELS else None

    @property
    def space(self) -> tuple[int, ...]:
        """The shape without channels: (N,) or (H, W)."""
        return tuple(n for k, n in enumerate(self.shape) if k != self.channel_axis)

    @property
    def is_signal(self) -> bool:
        """Whether this is a picture or a 1-D signal, and not a stack of them or a number."""
        return len(self.space) in (1, 2)

    def read(self) -> Reading:
        """The values and gaps as (C, *space), in the byte order of this machine."""
        return self.field.read(self.index).each(self._arranged)

    def stored(self) -> Reading:
        """The values and gaps in the axes of the file, in the byte order of this machine."""
        return self.field.read(self.index).each(_native)

    def _arranged(self, values: np.ndarray) -> np.ndarray:
        values = _native(values).reshape(self.shape)
        return values[None] if self.channel_axis is None else np.moveaxis(values, self.channel_axis, 0)

    @property
    def text(self) -> str:
        """The selection as a person types it: density[3, :]."""
        places = ", ".join(":" if isinstance(i, slice) else str(i) for i in self.index)
        return f"{self.name}[{places}]" if self.index else self.name


def _native(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values)
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _has_batch(shape: tuple[int, ...]) -> bool:
    if not shape or shape[0] != 1:
        return False
    return len(shape) > 3 or (len(shape) == 3 and shape[1] <= _MOST_CHANNELS)


def select(fields: Fields, variable: str | None, file: str) -> Selection:
    """The picture or 1-D signal that `variable` names: "name", "name[3]", "[0, :, 3]", or nothing for the only one."""
    found = chosen(fields, variable, file)
    _require_signal(found)
    return found


def chosen(fields: Fields, variable: str | None, file: str) -> Selection:
    """The array, or the slice of one, that `variable` names; any number of axes may remain."""
    asked = (variable or "").strip()
    matched = None if asked in fields else _SLICE.fullmatch(asked)
    name, index = (matched[1], _index(matched[2])) if matched else (asked, ())
    name = name if name in fields else name.lstrip("/")
    if not name and name not in fields:
        name = _only(fields, file)
    if name not in fields:
        _require_places(fields, name)
        raise Refusal(f"an array of {file!r}", repr(name), f"it holds {_listed(fields)}")
    found = Selection(fields[name], index, name)
    _require_numbers(found.field.dtype, file)
    _require_slice(found)
    return found


def _require_places(fields: Fields, asked: str) -> None:
    """Refuse an array that is there with what no slice is: a span, a step, a negative number, a name."""
    name, bracket, places = asked.partition("[")
    if bracket and (name.strip() in fields or name.strip().lstrip("/") in fields):
        remedy = "count from 0, with : for a whole axis, as in [:, 3]; data.steps=Crop or Bin takes parts and means"
        raise Refusal("a place, or :, for each axis", f"[{places}", remedy)


def _index(text: str) -> Index:
    return tuple(slice(None) if place.strip() == ":" else int(place) for place in text.split(","))


def _only(fields: Fields, file: str) -> str:
    """The one array that is the data; Refusal with the list where several may be."""
    ranks = {name: _rank(field) for name, field in fields.items()}
    best = [name for name, rank in ranks.items() if rank == max(ranks.values())]
    if len(best) == 1:
        return best[0]
    few = {name: fields[name] for name in best}
    remedy = f"give one as `variable`: {_listed(few)}" if few else "save arrays in it"
    raise Refusal("one array", f"{len(few)} in {file!r}", remedy)


def _rank(field: StoredArray) -> int:
    single = math.prod(field.shape) <= 1
    return ASIDE if single or field.dtype.kind not in _NUMBERS else field.rank


def _listed(fields: Fields) -> str:
    entries = [f"{name or 'one array'} ({shown(field.shape)})" for name, field in fields.items()]
    few = 1
    while few < len(entries) and len(", ".join(entries[: few + 1])) <= _MOST_NAMES:
        few += 1
    rest = f" and {len(entries) - few} more" if few < len(entries) else ""
    return ", ".join(entries[:few]) + rest


def _require_slice(selection: Selection) -> None:
    shape, index = selection.field.shape, selection.index
    outside = [i for i, n in zip(index, shape, strict=False) if not isinstance(i, slice) and i >= n]
    if len(index) > len(shape) or outside:
        asked = Selection(selection.field, index, "").text
        raise Refusal(f"a slice of data of {shown(shape)}", asked, "count from 0, along the first axes")
    if not math.prod(selection.shape):
        raise Refusal("at least one value", f"data of {shown(shape)}", "save an array that is not empty")


def _require_signal(selection: Selection) -> None:
    if not selection.is_signal:
        names = f", of its axes ({', '.join(selection.axes)})" if selection.axes else ""
        advised = _advised(selection)
        remedy = f'take one slice, such as variable="{advised.text}"{names}' if advised else "save an array"
        raise Refusal("a picture or a 1-D signal", f"data of {shown(selection.shape)}", remedy)


def _advised(selection: Selection) -> Selection | None:
    """The middle slice that is a picture or a signal: the shortest index that makes one of the data."""
    field, index = selection.field, selection.index
    for k in range(len(index), len(field.shape)):
        few = field.axes[k : k + 1] == (CHANNEL,) and field.shape[k] <= _MOST_CHANNELS
        index = (*index, slice(None) if few else field.shape[k] // 2)
        found = Selection(field, index, selection.name)
        if found.is_signal:
            return found
    return None


_NUMBERS = "buifc"


def _require_numbers(dtype: np.dtype, file: str) -> None:
    if dtype.kind not in _NUMBERS:
        kind = "Python objects, which are never unpickled" if dtype.hasobject else f"values of type {dtype}"
        raise Refusal(f"numbers in {file!r}", kind, "save it as an array of floats, such as x.astype(float)")
