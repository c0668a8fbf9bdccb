"""WAV: sound, in the numbers that the file stores."""

import struct
import warnings
from pathlib import Path

import numpy as np

from workbench.data.field import ASIDE, CHANNEL, Fields, Index, Reading, StoredArray, need
from workbench.refusal import Refusal

_DEEP = 24  # bits: SciPy puts them into the upper three bytes of a word of 32


def begins(head: bytes) -> bool:
    """Whether the first bytes are those of a WAV file of either byte order, or of one beyond 4 GB."""
    return head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE"


def fields(path: Path) -> Fields:
    """The samples as (sample,), of several channels (sample, channel), and their `time` in s."""
    bits = _bits(path)
    rate, samples = _sound(path, bits)
    notes = (f"its samples have {bits} bits, {rate} a second",)
    axes = ("sample", CHANNEL)[: samples.ndim]
    time = np.arange(len(samples)) / rate

    def read(index: Index) -> Reading:
        return Reading(_sound(path, bits)[1][index], notes)

    return {
        "": StoredArray(samples.shape, samples.dtype, read, samples.size, axes),
        "time": StoredArray(time.shape, time.dtype, lambda index: Reading(time[index]), rank=ASIDE, units="s"),
    }


def _sound(path: Path, bits: int) -> tuple[int, np.ndarray]:
    with warnings.catch_warnings():  # of parts that are no sound
        warnings.simplefilter("ignore")
        rate, samples = need("scipy.io.wavfile").read(path)
    return int(rate), samples >> (32 - _DEEP) if bits == _DEEP else samples


def _bits(path: Path) -> int:
    """The bits of a sample; Refusal where the file ends before its sound does."""
    size, bits = path.stat().st_size, 0
    with path.open("rb") as stream:
        order = ">" if stream.read(12)[:4] == b"RIFX" else "<"
        while len(head := stream.read(8)) == 8:
            name, length = struct.unpack(f"{order}4sI", head)
            if name == b"fmt ":
                (bits,) = struct.unpack(f"{order}14xH", stream.read(16))
                stream.seek(length - 16, 1)
                continue
            if name == b"data" and length < 2**32 - 1 and stream.tell() + length > size:
                came = f"{path.name!r}, which breaks off after {size - stream.tell()} of {length} bytes"
                raise Refusal("a whole sound", came, "save or copy it again")
            stream.seek(length + length % 2, 1)
    return bits
