"""SEG-Y: the traces of a seismic survey."""

import math
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, Fields, Index, Reading, StoredArray, need

_TEXT, _START, _TRACE = 3200, 3600, 240
_INTERVAL, _EXTENDED, _REVISION = 3216, 3272, 3500  # where the binary header tells the step, and by which revision
_BYTES = {1: 4, 2: 4, 3: 2, 5: 4, 6: 8, 8: 1, 10: 4, 11: 2, 16: 1}  # of a sample, by the format of the binary header
_ORDERS = ("big", "little")


def order(path: Path) -> str:
    """The byte order, by which header and length agree; "" for what is no SEG-Y."""
    with path.open("rb") as stream:
        head, size = stream.read(_START), os.fstat(stream.fileno()).st_size
    for each in _ORDERS if len(head) == _START else ():
        samples, kind, extended = (int.from_bytes(head[k : k + 2], each) for k in (3220, 3224, 3504))
        traces = size - _START - _TEXT * (extended if extended < 2**15 else 0)
        if samples and kind in _BYTES and traces > 0 and traces % (_TRACE + samples * _BYTES[kind]) == 0:
            return each
    return ""


def fields(path: Path) -> Fields:
    """The traces as (trace, sample), in the order of the file; `time` of the samples and `offset` of the traces.

    Where the traces begin at different times, `delay` of each in place of `time`.
    """
    field = need("segyio", "instruments").TraceField
    with _opened(path) as file:
        shape, dtype = (int(file.tracecount), len(file.samples)), np.dtype(file.dtype)
        offsets = np.array(file.attributes(field.offset)[:])
        delays = np.array(file.attributes(field.DelayRecordingTime)[:])
        step = _step(path, int(file.attributes(field.TRACE_SAMPLE_INTERVAL)[0][0]))
    notes = (f"its traces begin at {delays.min()} to {delays.max()} ms: `delay` tells",) * bool(np.ptp(delays))

    def read(index: Index) -> Reading:
        with _opened(path) as file:
            first = index[0] if index else slice(None)
            traces = file.trace.raw[first]
            inner = index[1:] if isinstance(first, int) else (slice(None), *index[1:])
            return Reading(np.array(traces[inner]), notes)

    found = {"": StoredArray(shape, dtype, read, axes=("trace", "sample")), "offset": _aside(offsets)}
    if np.ptp(delays):
        return found | {"delay": _aside(delays, "ms")}
    return found | ({"time": _aside(delays[0] + step / 1000 * np.arange(shape[1]), "ms")} if step else {})


def _step(path: Path, told: int) -> float:
    """Microseconds between samples by the binary header, else by that of the first trace; 0 where neither tells.

    Both have 16 bits, which segyio reads with a sign; where it finds nothing above 0 it takes 4 ms. Since revision 2 a
    number in double precision stands above both, which segyio does not read.
    """
    little = order(path) == "little"
    with path.open("rb") as stream:
        head = stream.read(_START)
    if head[_REVISION] >= 2:
        extended = struct.unpack_from("<d" if little else ">d", head, _EXTENDED)[0]
        if math.isfinite(extended) and extended > 0:
            return extended
    return int.from_bytes(head[_INTERVAL : _INTERVAL + 2], "little" if little else "big") or told % 2**16


def _aside(values: np.ndarray, units: str = "") -> StoredArray:
    return StoredArray(values.shape, values.dtype, lambda index: Reading(values[index]), rank=ASIDE, units=units)


def _opened(path: Path) -> Any:
    return need("segyio", "instruments").open(str(path), ignore_geometry=True, endian=order(path))
