"""Which array of a file, which slice of it, and which of its axes are channels."""

import math
import re
from dataclasses import dataclass

import numpy as np

from workbench.data.field import Field, Fields, Index
from workbench.refusal import Refusal
from workbench.tensors import shown

_SLICE = re.compile(r"(.*?)\s*\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]")
_MOST_CHANNELS = 4


@dataclass(frozen=True)
class Selection:
    """One picture or 1-D signal inside a file: its field, the index of the slice, the name it was asked by."""

    field: Field
    index: Index
    name: str

    @property
    def shape(self) -> tuple[int, ...]:
        """The axes that remain after the index, without the batch axes of length 1 in front."""
        shape = self.field.shape[len(self.index) :]
        while self.field.colour is None and _has_batch(shape):
            shape = shape[1:]
        return shape

    @property
    def channel_axis(self) -> int | None:
        """The axis of colours: as the format says, else an axis of 1 to 4 entries, the first or else the last."""
        shape = self.shape
        if self.field.colour is not None or len(shape) not in (2, 3):
            return -1 if self.field.colour else None
        return 0 if shape[0] <= _MOST_CHANNELS else -1 if shape[-1] <= _MOST_CHANNELS else None

    @property
    def space(self) -> tuple[int, ...]:
        """The shape without channels: (N,) or (H, W)."""
        axis, shape = self.channel_axis, self.shape
        return shape if axis is None else shape[1:] if axis == 0 else shape[:-1]

    def read(self) -> np.ndarray:
        """The values as (C, *space), in the byte order of this machine."""
        values = np.asarray(self.field.read(self.index)).reshape(self.shape)
        values = values.astype(values.dtype.newbyteorder("="), copy=False)
        return values[None] if self.channel_axis is None else np.moveaxis(values, self.channel_axis, 0)


def _has_batch(shape: tuple[int, ...]) -> bool:
    if not shape or shape[0] != 1:
        return False
    return len(shape) > 3 or (len(shape) == 3 and shape[1] <= _MOST_CHANNELS)


def select(fields: Fields, variable: str | None, file: str) -> Selection:
    """The array and slice that `variable` names: "name", "name[3]", "[0, 3]", or nothing where there is one."""
    asked = (variable or "").strip()
    matched = None if asked in fields else _SLICE.fullmatch(asked)
    name, index = (matched[1], tuple(map(int, matched[2].split(",")))) if matched else (asked, ())
    if not name and name not in fields:
        if len(fields) != 1:
            remedy = f"give one as `variable`: {_listed(fields)}" if fields else "save arrays at its root"
            raise Refusal("one array", f"{len(fields)} in {file!r}", remedy)
        name = next(iter(fields))
    if name not in fields:
        raise Refusal(f"an array of {file!r}", repr(name), f"it holds {_listed(fields)}")
    found = Selection(fields[name], index, name)
    _require_slice(found)
    _require_numbers(found.field.dtype, file)
    return found


def _listed(fields: Fields) -> str:
    return ", ".join(f"{name or 'one array'} ({shown(field.shape)})" for name, field in fields.items())


def _require_slice(selection: Selection) -> None:
    shape, index = selection.field.shape, selection.index
    if len(index) > len(shape) or any(i >= n for i, n in zip(index, shape, strict=False)):
        asked = f"[{', '.join(map(str, index))}]"
        raise Refusal(f"a slice of data of {shown(shape)}", asked, "count from 0, along the first axes")
    space = selection.space
    if len(space) not in (1, 2):
        extra = max(len(space) - 2, 0)
        middle = [str(n // 2) for n in (*index, *shape[len(index) :])[len(index) : len(index) + extra]]
        remedy = f'take one slice, such as variable="{selection.name}[{", ".join([*map(str, index), *middle])}]"'
        came = f"data of {shown(selection.shape)}"
        raise Refusal("a picture or a 1-D signal", came, remedy if extra else "save an array")
    if not math.prod(selection.shape):
        raise Refusal("at least one value", f"data of {shown(shape)}", "save an array that is not empty")


def _require_numbers(dtype: np.dtype, file: str) -> None:
    if dtype.kind not in "buifc":
        kind = "Python objects, which are never unpickled" if dtype.hasobject else f"values of type {dtype}"
        raise Refusal(f"numbers in {file!r}", kind, "save it as an array of floats, such as x.astype(float)")
