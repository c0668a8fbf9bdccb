"""A person's own file as a signal, with a sentence for everything that was done to its numbers."""

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from workbench.data.field import Fields, Limits, Reading
from workbench.data.formats import Format, named, recognise
from workbench.data.missing import require_whole, without_gaps
from workbench.data.records import expanded
from workbench.data.resampling import require_size, to_side_around
from workbench.data.scaling import SUGGESTED, Window, require_window, scale
from workbench.data.selection import Selection, chosen, select
from workbench.parameters import Typed, called
from workbench.refusal import Refusal
from workbench.tensors import from_array, shown

MIN_SIDE, MAX_SIDE = 8, 2048
MAX_LENGTH = 65_536
MAX_VALUES = 2**26


@dataclass(frozen=True)
class Loaded:
    """A signal from a file: (1, C, *space), float32 or complex64, and what was done to it.

    `notes` are sentences for the reader; `limits` are the values of the file that became 0 and 1, so
    `low + (high - low) * tensor` gives its units back (where a window clipped nothing). `gaps`, of the same shape, is
    true where the file has no value and the tensor a substitute, and None where nothing is missing; `units` are those
    that the file gives its values. `fuller` is a window for 16-bit numbers that would come out nearly black.
    """

    tensor: Tensor
    notes: tuple[str, ...] = ()
    limits: Limits = (0.0, 1.0)
    gaps: Tensor | None = None
    units: str = ""
    fuller: Limits | None = None


def load(
    path: str | Path, variable: str | None = None, size: int | None = None, window: Window | None = None
) -> Tensor:
    """The signal of a file, (1, C, *space): `load_described` without the notes."""
    return load_described(path, variable, size, window).tensor


def load_described(
    path: str | Path, variable: str | None = None, size: int | None = None, window: Window | None = None
) -> Loaded:
    """A file of one of the formats SUPPORTED, told by its content, in [0, 1].

    `variable` is "name", "name[3]" or "[0, :, 3]" (slices count along the first axes); `size` resamples the longest
    side; `window` = (low, high), "whole" or "suggested" become 0 and 1. Pictures up to MAX_SIDE = 2048 a side and
    signals up to MAX_LENGTH = 65536 are taken as they are, larger ones only with `size`, more than MAX_VALUES = 2^26
    values never.
    Refusal says what is wrong with a file. Scaling: see `scaling.scale`; gaps: `missing.without_gaps`.
    """
    path = Path(path)
    return _load(path, path.name, variable, size, window)


def load_array(path: str | Path, variable: str = "") -> Loaded:
    """An array of a file as it is stored: its own axes, numbers and units, nothing scaled, turned or filled in.

    Where a format says how stored numbers are meant (the rescaling of DICOM, the directions of NIfTI, the order of
    MATLAB and BART, alpha beside colours), they are read so, and `notes` say it.
    `variable` is as for `load_described`. Refusal for missing values, NaN and infinity, and for more than MAX_VALUES.
    """
    path = Path(path)
    kind, fields = _opened(path, path.name)
    found = chosen(fields, variable, path.name)
    _require_few(found, path.name)
    with _parsing(kind, path.name):
        reading = _in_double(found.stored())
    require_whole(reading, path.name)
    notes = (*_naming(kind, path.name), *reading.notes)
    return Loaded(from_array(np.array(reading.values), path.name), notes, units=found.field.units)


def opened(path: str | Path) -> tuple[str, Fields]:
    """The name of the format of a file, and its arrays by their headers."""
    kind, fields = _opened(Path(path), Path(path).name)
    return kind.name, fields


def _opened(path: Path, name: str) -> tuple[Format, Fields]:
    _require_there(path)
    kind = recognise(path, name)
    with _parsing(kind, name):
        return kind, expanded(kind.fields(path))


def split(text: str) -> tuple[str, str]:
    """FILE::/path/in/file as the path of the file and the array in it."""
    path, _, variable = text.partition("::")
    return path, variable


def is_file_name(path: str) -> bool:
    """Whether a name ends as those of files that are read."""
    return named(path) is not None


def from_text(text: str) -> str:
    """What a person typed as what may name an array: FILE::/path/in/file, or a file whose ending is of a known format.

    It is read where an argument takes an array; any other text stays as it is.
    """
    path, variable = split(text)
    if "::" not in text and not is_file_name(path):
        return text
    name = "::".join(filter(None, (Path(path).name, variable)))
    return Typed.of(text, lambda: called(load_array(path, variable).tensor, name))


def load_bytes(
    name: str, content: bytes, variable: str | None = None, size: int | None = None, window: Window | None = None
) -> Loaded:
    """An uploaded file: as `load_described`, from its bytes; the name is only for the sentences."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "upload")
        path.write_bytes(content)
        return _load(path, name, variable, size, window)


def _load(path: Path, name: str, variable: str | None, size: int | None, window: Window | None) -> Loaded:
    if size is not None:
        require_size(size, MIN_SIDE, MAX_SIDE)
    require_window(window)
    kind, fields = _opened(path, name)
    selected = select(fields, variable, name)
    _require_small(selected, name, size)
    with _parsing(kind, name):
        found = _in_double(selected.read())
    values, gaps, missing = without_gaps(found, name)
    scaled = scale(values if gaps is None else values[~gaps], window, found.top, found.suggested)
    notes = (*_naming(kind, name), *found.notes, *_suggestion(found, window), *missing, scaled.said)
    tensor = torch.from_numpy(scaled(values)).unsqueeze(0).contiguous()
    holes = None if gaps is None else torch.from_numpy(gaps).unsqueeze(0)
    loaded = Loaded(tensor, notes, scaled.limits, holes, fuller=scaled.fuller)
    return loaded if size is None or size == max(selected.space) else _resampled(loaded, size)


def _in_double(found: Reading) -> Reading:
    """Extended precision, which torch does not have, as double precision."""
    wide = {np.dtype(np.longdouble): np.float64, np.dtype(np.clongdouble): np.complex128}.get(found.values.dtype)
    if wide is None or np.finfo(found.values.dtype).nmant == np.finfo(wide).nmant:
        return found
    with np.errstate(over="ignore"):
        return replace(found, values=found.values.astype(wide))


def _suggestion(found: Reading, window: Window | None) -> tuple[str, ...]:
    if found.suggested is None or window == SUGGESTED:
        return ()
    low, high = found.suggested
    return (f"the file suggests window=({low:g}, {high:g})",)


def _resampled(loaded: Loaded, size: int) -> Loaded:
    tensor, gaps = to_side_around(loaded.tensor, loaded.gaps, size)
    said = f"resampled from {shown(tuple(loaded.tensor.shape[2:]))} to {shown(tuple(tensor.shape[2:]))}, antialiased"
    return replace(loaded, tensor=tensor.contiguous(), gaps=gaps, notes=(*loaded.notes, said))


def _require_there(path: Path) -> None:
    if not path.name:
        raise Refusal("the path of a file", "none", "choose a file")
    if not _there(path):
        raise Refusal("a file", f"{str(path)!r}, which is not there", "check the path and its spelling")
    if not path.is_file() and not path.is_dir():
        raise Refusal("a file", f"{str(path)!r}, which is a device or a pipe", "copy its content to a file")


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # no system has names so long
        return False


@contextmanager
def _parsing(kind: Format, name: str) -> Iterator[None]:
    try:
        yield
    except Refusal:
        raise
    except Exception as error:  # parsers of foreign bytes raise whatever they like
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:160]
        came = f"{name!r}, which breaks off, is damaged or uses a rare variant ({reason})"
        raise Refusal(f"a whole {kind.name} file", came, "save or copy it again") from error


def _require_few(selected: Selection, name: str) -> None:
    values = max(selected.field.decodes, math.prod(selected.shape))
    if values > MAX_VALUES:
        came = f"{name!r} of {shown(selected.field.shape)}"
        raise Refusal(f"at most {MAX_VALUES} values to decode", came, "cut or shrink it in another program first")


def _require_small(selected: Selection, name: str, size: int | None) -> None:
    _require_few(selected, name)
    cap = MAX_LENGTH if len(selected.space) == 1 else MAX_SIDE
    if size is None and max(selected.space) > cap:
        came = f"{shown(selected.space)} in {name!r}"
        raise Refusal(f"at most {cap} samples a side", came, "give size=1024 to resample")


def _naming(kind: Format, name: str) -> tuple[str, ...]:
    told = named(name)
    if told is None or name.lower().endswith(kind.endings):
        return ()
    return (f"its name says {told.name}, its content is {kind.name}",)
