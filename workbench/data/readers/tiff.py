"""TIFF: series of pages, every compression that imagecodecs undoes, channels and gaps as the tags say."""

import logging
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, CHANNEL, MAIN, Fields, Index, Reading, StoredArray, need
from workbench.data.missing import marked
from workbench.data.readers.orientation import orientation
from workbench.data.readers.tiff_colours import Meaning, meaning
from workbench.data.readers.tiff_pages import decoded
from workbench.data.readers.tiff_spacing import spacing
from workbench.refusal import Refusal

_REDUCED, _MASK = 1, 4  # bits of the tag NewSubfileType
_NODATA, _METADATA = 42113, 42112  # tags of GDAL
_PAGES = {"I": "page", "Q": "page", "C": CHANNEL, "S": CHANNEL}


def fields(path: Path) -> Fields:
    """The series of a TIFF file: one for pages of equal size. Overviews and masks stand aside."""
    with _opened(path) as file:
        if not len(file.pages) or not file.series:
            raise Refusal("a TIFF file with a picture", "one without pages", "save or copy it again")
        _require_last(file)
        found = [_field(path, k, series) for k, series in enumerate(file.series)]
    return {f"series{k}" if len(found) > 1 else "": field for k, field in enumerate(found)}


def _opened(path: Path) -> Any:
    """The file; what tifffile has to say is left to programs that listen: notes and refusals say it to a person."""
    tifffile, logger = need("tifffile"), logging.getLogger("tifffile")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    file = tifffile.TiffFile(path)
    len(file.pages)  # finds a chain of pages that bites its own tail, in which the series would run for ever
    return file


def _require_last(file: Any) -> None:
    """Refuse a file whose last page names a next one behind its end: tifffile counts the pages that are left."""
    tiff, stream = file.tiff, file.filehandle
    stream.seek(file.pages[len(file.pages) - 1].offset)
    (tags,) = struct.unpack(tiff.tagnoformat, stream.read(tiff.tagnosize))
    stream.seek(tags * tiff.tagsize, 1)
    (following,) = struct.unpack(tiff.offsetformat, stream.read(tiff.offsetsize))
    if following >= stream.size and not tiff.is_ndpi:
        came = f"{len(file.pages)}, and a next one behind its end: it breaks off"
        raise Refusal("all pages of a TIFF file", came, "save or copy it again")


def _field(path: Path, k: int, series: Any) -> StoredArray:
    key = series.keyframe
    if key.dtype is None:
        came = f"{key.bitspersample} bits of sample format {int(key.sampleformat)}"
        raise Refusal("numbers of a type that TIFF knows", came, "save it as integers or floats")
    known, (names, counts) = meaning(key), _lead(series)
    space = [(axis.lower(), n) for axis, n in zip(key.axes, key.shape, strict=True) if axis != "S"]
    colour = bool(known.channels)
    if colour:  # the samples of a pixel are its channels: pages of other channels are a stack
        names = tuple("stain" if name == CHANNEL else name for name in names)
    shape = (*counts, *(n for _, n in space), *((known.channels,) * colour))
    axes = (*names, *(axis for axis, _ in space), *((CHANNEL,) * colour))
    if not colour and shape == (1, key.imagewidth):
        axes = ()  # a picture of one row is a signal
    rank = ASIDE if key.subfiletype & (_REDUCED | _MASK) else MAIN

    def read(index: Index) -> Reading:
        with _opened(path) as file:
            return _read(file, k, known, index)

    return StoredArray(shape, known.dtype, read, math.prod(key.shape), axes, rank)


def _lead(series: Any) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Names and sizes of the axes that count pages, which stand before those of a page."""
    pages = series.size // math.prod(series.keyframe.shape)
    fits = (k for k in range(len(series.shape) + 1) if math.prod(series.shape[:k]) == pages)
    first = next(fits, None)
    if first is None:
        return ("page",), (pages,)
    return tuple(_PAGES.get(a) or a.lower() for a in series.axes[:first]), tuple(series.shape[:first])


def _read(file: Any, k: int, known: Meaning, index: Index) -> Reading:
    series = file.series[k]
    key, (_, counts) = series.keyframe, _lead(series)
    pages = np.arange(math.prod(counts)).reshape(counts)[index[: len(counts)]]
    markers, said = _nodata(key)
    mask = _mask(file, series)
    values, gaps, absent = [], [], False
    for number in pages.flat:
        pixels, empty = decoded(series, int(number))
        space = empty if pixels.ndim == empty.ndim else empty[..., None]
        absent |= bool(empty.any())
        missing = marked(pixels, markers) | (space if markers else False)
        if mask is not None:
            missing = missing | (~mask if pixels.ndim == mask.ndim else ~mask[..., None])
        values.append(known.values(pixels))
        gaps.append(known.gaps(np.broadcast_to(missing, pixels.shape)))
    rest = (*[slice(None)] * pages.ndim, *index[len(counts) :])
    shape = (*pages.shape, *values[0].shape)
    notes = (*known.notes, *orientation(key.tags.valueof(274), "orientation tag"), *_unapplied(key))
    notes += ("parts that are not in the file are taken as 0",) * (absent and not markers)
    notes += spacing(file, k)
    notes += (f"its no-data value {said[:40]!r} is no number",) * bool(said and not markers)
    holes = np.stack(gaps).reshape(shape)[rest]
    marker = ", ".join(filter(None, (said if markers else "", "a mask in the file" * (mask is not None))))
    return Reading(np.stack(values).reshape(shape)[rest], notes, holes, marker, known.top, _display(file))


def _nodata(key: Any) -> tuple[tuple[float, ...], str]:
    """The value that GDAL calls no data; tifffile's own reading of it fails for the usual one of float32."""
    text = str(key.tags.valueof(_NODATA, "")).strip().strip("\0").replace(",", ".")
    try:
        marker = float(text)
    except ValueError:
        return (), text
    exact = int(text) if text.lstrip("+-").isdigit() else marker
    return (exact,), f"GDAL_NODATA {text}"


def _mask(file: Any, series: Any) -> np.ndarray | None:
    """The mask of GDAL, a page beside the picture that is 0 where it has no data."""
    key, masks = series.keyframe, [s for s in file.series if s.keyframe.subfiletype & _MASK]
    size = (key.imagelength, key.imagewidth)
    fitting = [s for s in masks if s.keyframe.shape == size] if series not in masks else []
    return decoded(fitting[0], 0)[0].astype(bool) if len(fitting) == 1 else None


def _unapplied(key: Any) -> tuple[str, ...]:
    """Other scales that GDAL keeps beside the numbers."""
    text = str(key.tags.valueof(_METADATA, ""))
    names = [name for name in ("scale", "offset") if f'role="{name}"' in text]
    return (f"its GDAL {' and '.join(names)} are not applied",) * bool(names)


def _display(file: Any) -> tuple[float, float] | None:
    """The range that ImageJ was showing."""
    told = file.imagej_metadata or {}
    low, high = told.get("min"), told.get("max")
    if not isinstance(low, int | float) or not isinstance(high, int | float) or low >= high:
        return None
    return float(low), float(high)
