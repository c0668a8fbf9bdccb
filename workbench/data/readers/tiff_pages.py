"""Decoded pages of a TIFF file, each held against its header."""

import math
from typing import Any

import numpy as np

from workbench.data.field import need
from workbench.refusal import Refusal

# Codecs that turn bytes into bytes, and those of pictures, which know their own shape and type.
_BYTES = ("LZW", "DEFLATE", "ADOBE_DEFLATE", "PACKBITS", "LZMA", "ZSTD", "ZSTD_DEPRECATED")
_JPEG = ("JPEG", "JPEG_LOSSY", "ALT_JPEG")
_PICTURES = ("JPEG2000", "APERIO_JP2000_YCBC", "APERIO_JP2000_RGB", "JPEGXL", "JPEGXL_DNG", "JPEGXR", "PNG", "LERC")
_OF_FLOATS = 3  # of the tag Predictor
_REMEDY = "the file contradicts itself: save it again with the program that made it"


def decoded(series: Any, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Page `number` of a series as (..., H, W) or (..., H, W, S), planes as channels last, and where it has no data.

    Refusal where shape, type, samples or bytes disagree with the header.
    """
    key = series.keyframe
    if series.is_multifile:
        raise Refusal("an image in one file", "one whose pages lie in several files", "save it as one file")
    if _codec(key) != "NONE":
        need("imagecodecs")
        _require_predictor(key)
    if series.is_truncated:  # one header for all pages, which lie one behind another
        return _planes_last(_contiguous(key, number), key), np.zeros(_flat(key), bool)
    page = series[number]
    if page is None:
        return np.zeros(_planes_last(np.empty(key.shape, bool), key).shape, key.dtype), np.ones(_flat(key), bool)
    if not getattr(page, "is_virtual", False):
        _require_same(page.aspage(), key)
    values, empty = _assembled(page, key)
    return _planes_last(values, key), empty


def _require_predictor(key: Any) -> None:
    """Refuse differences that tifffile undoes wrongly: real and imaginary parts change places, LERC is nonsense."""
    swapped = key.predictor == _OF_FLOATS and key.dtype.kind == "c" and key.parent.byteorder == ">"
    if swapped or (_codec(key) == "LERC" and key.predictor != 1):
        came = f"{key.dtype} of {_codec(key)} in byte order {key.parent.byteorder} with predictor {int(key.predictor)}"
        raise Refusal("a TIFF file whose predictor is undone rightly", came, "save it again without a predictor")


def _flat(key: Any) -> tuple[int, ...]:
    return tuple(n for n, axis in zip(key.shape, key.axes, strict=True) if axis != "S")


def _planes_last(values: np.ndarray, key: Any) -> np.ndarray:
    return np.moveaxis(values, key.axes.index("S"), -1) if "S" in key.axes else values


def _require_same(page: Any, key: Any) -> None:
    here, wanted = (page.shape, page.dtype, page.compression), (key.shape, key.dtype, key.compression)
    if here != wanted:
        came = f"a page of {here[0]} {here[1]} among pages of {wanted[0]} {wanted[1]}"
        raise Refusal("pages of equal size and type in a series", came, "save the pages as files of their own")


def _contiguous(key: Any, number: int) -> np.ndarray:
    file = key.parent.filehandle
    count, dtype = math.prod(key.shape), np.dtype(key.parent.byteorder + key.dtype.char)
    begin = key.dataoffsets[0] + number * count * dtype.itemsize
    _require_inside(begin + count * dtype.itemsize, file.size)
    file.seek(begin)
    return file.read_array(dtype, count).reshape(key.shape)


def _assembled(page: Any, key: Any) -> tuple[np.ndarray, np.ndarray]:
    """The pixels of a page and where none of its strips or tiles has any, by the header of the series."""
    file = key.parent.filehandle
    parts = math.prod(key.chunked)
    if min(len(page.dataoffsets), len(page.databytecounts)) < parts:
        raise Refusal(f"a page of {parts} strips or tiles", f"{len(page.dataoffsets)}", "save or copy it again")
    ends = [begin + size for begin, size in zip(page.dataoffsets, page.databytecounts, strict=False)]
    _require_inside(max(ends[:parts]), file.size)
    values, empty = np.zeros(key.shaped, key.dtype), np.zeros(key.shaped[:-1], bool)
    tables = {"jpegtables": page.jpegtables, "jpegheader": key.jpegheader} if "JPEG" in _codec(key) else {}
    for data, number in file.read_segments(page.dataoffsets, page.databytecounts, length=parts):
        pixels, (plane, depth, row, column, _), shape = key.decode(data, number, **tables)
        at = (plane, *(slice(k, k + n) for k, n in zip((depth, row, column), shape, strict=False)))
        if pixels is None:
            empty[at] = True
            continue
        _require_as_told(key, data, pixels, shape)
        deep, high, wide, _ = values[at].shape
        values[at] = pixels[:deep, :high, :wide]
    return values.reshape(key.shape), np.logical_or.reduce(empty, 0).reshape(_flat(key))


def _require_as_told(key: Any, data: bytes, pixels: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse a strip or tile whose content is of another type or size than the header says."""
    bits = key.dtype == bool and pixels.dtype == np.uint8
    if (pixels.dtype != key.dtype and not bits) or pixels.shape[-1] != key.shaped[-1]:
        came = f"{pixels.shape[-1]} of {pixels.dtype} inside"
        raise Refusal(f"pixels of {key.shaped[-1]} samples of {key.dtype}, as its header says", came, _REMEDY)
    codec = _codec(key)
    bits = _bits(key) if codec in ("NONE", *_BYTES) else 8 * pixels.itemsize * key.shaped[-1]
    row = math.ceil(shape[2] * bits / 8)
    told = shape[0] * shape[1] * row
    whole = told if key.is_tiled else shape[0] * key.rowsperstrip * row  # the last strip may be padded
    found = _size(key, data, max(told, whole) + row, pixels.itemsize)
    if found is not None and not (told <= found < told + row or whole <= found < whole + row):
        raise Refusal(f"{told} bytes in a strip or tile, as its header says", f"{found} or more", _REMEDY)


def _size(key: Any, data: bytes, most: int, each: int) -> int | None:
    """The bytes that a strip or tile has once it is unpacked, counted up to `most`; None where no codec tells."""
    tifffile, codec = need("tifffile"), _codec(key)
    if codec == "NONE":
        return len(data)
    if codec in _JPEG:
        _, high, wide, samples = tifffile.tifffile.jpeg_shape(data)
        return high * wide * samples * each
    unpack = tifffile.TIFF.DECOMPRESSORS[key.compression]
    if codec in _BYTES and key.fillorder == 1:
        return len(unpack(data, out=most))
    return unpack(data).nbytes if codec in _PICTURES else None


def _codec(key: Any) -> str:
    return getattr(key.compression, "name", str(key.compression))


def _bits(key: Any) -> int:
    """The bits of a pixel as it is stored."""
    bits = key.bitspersample
    return sum(bits) if isinstance(bits, tuple) else bits * key.shaped[-1]


def _require_inside(end: int, size: int) -> None:
    if end > size:
        came = f"a file of {size}, which breaks off or is damaged"
        raise Refusal(f"a whole page, which ends at byte {end}", came, "save or copy it again")
