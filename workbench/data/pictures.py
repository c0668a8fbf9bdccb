"""PNG, JPEG and TIFF: sizes from the header, pixels on demand."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import Field, Fields, Index, need
from workbench.refusal import Refusal

_GREY = {"1": np.bool_, "L": np.uint8, "I;16": np.uint16, "I;16B": np.uint16, "I": np.int32, "F": np.float32}
_WITH_ALPHA = ("LA", "RGBA", "PA", "La", "RGBa")
_ORIENTATION = 0x0112  # the EXIF tag; 1 is upright
_PNG_DEPTH = 24  # where the header of a PNG keeps its bits a channel
_TIFFFILE_DECODES = ("NONE", "DEFLATE", "ADOBE_DEFLATE", "PACKBITS", "LZMA")  # without a further package
_TIFFFILE_COLOURS = ("MINISBLACK", "MINISWHITE", "RGB")


def png(path: Path) -> Fields:
    """The picture of a PNG file."""
    with path.open("rb") as stream:
        deep = stream.read(_PNG_DEPTH + 1)[-1] == 16
    # Built by its class: Image.open raises on a large header before anyone can say how large it is.
    field = _pillow(lambda: need("PIL.PngImagePlugin").PngImageFile(path), deep=deep)
    return {"": field}


def jpeg(path: Path) -> Fields:
    """The picture of a JPEG file, as the sensor stored it."""
    return {"": _pillow(lambda: need("PIL.JpegImagePlugin").JpegImageFile(path))}


def tiff(path: Path) -> Fields:
    """The series of a TIFF file: one for pages of equal size."""
    tifffile = need("tifffile")
    with tifffile.TiffFile(path) as file:
        pages = [series.keyframe for series in file.series]
        if all(p.compression.name in _TIFFFILE_DECODES and p.photometric.name in _TIFFFILE_COLOURS for p in pages):
            fields = [_series(tifffile, path, k, series) for k, series in enumerate(file.series)]
            return {f"series{k}" if len(fields) > 1 else "": field for k, field in enumerate(fields)}
        if len(file.pages) > 1:
            kind = f"{len(file.pages)} pages of {pages[0].compression.name} {pages[0].photometric.name}"
            raise Refusal("one page, or pages without compression", kind, "save it without compression")
    return {"": _pillow(lambda: need("PIL.TiffImagePlugin").TiffImageFile(path))}


def _series(tifffile: Any, path: Path, k: int, series: Any) -> Field:
    colour = series.axes.endswith("S")
    alpha = colour and bool(series.keyframe.extrasamples) and series.shape[-1] in (2, 4)
    inverted = series.keyframe.photometric.name == "MINISWHITE"
    shape = (*series.shape[:-1], series.shape[-1] - 1) if alpha else series.shape

    def read(index: Index) -> np.ndarray:
        pixels = tifffile.imread(path, series=k)[index]
        return pixels[..., :-1] if alpha else pixels

    notes = ("the alpha channel is dropped",) * alpha
    notes += ("small values are meant to look bright; the values are kept as they are",) * inverted
    known = colour or (False if len(series.shape) == 2 else None)
    return Field(tuple(shape), np.dtype(series.dtype), read, math.prod(series.shape), known, notes)


def _pillow(opened: Callable[[], Any], deep: bool = False) -> Field:
    """A picture that Pillow decodes; `deep` says that the file holds 16 bits a channel."""
    with opened() as picture:
        mode, (width, height) = picture.mode, picture.size
        turned = picture.format == "JPEG" and picture.getexif().get(_ORIENTATION, 1) != 1
    target = mode if mode in _GREY else "L" if mode == "LA" else "RGB"
    dtype = np.dtype(_GREY.get(target, np.uint8))
    if deep and target == "I":  # Pillow before 11 widens 16-bit grey
        dtype = np.dtype(np.uint16)

    def read(index: Index) -> np.ndarray:
        with opened() as picture:
            return np.asarray(picture.convert(target)).astype(dtype)[index]

    notes = ("the alpha channel is dropped",) * (mode in _WITH_ALPHA)
    notes += (f"{mode} colours are converted to RGB",) * (target == "RGB" and mode not in ("RGB", "RGBA"))
    notes += ("its 16-bit channels are read at 8 bits",) * (deep and dtype == np.uint8)
    notes += ("its EXIF orientation is ignored: the picture lies as the sensor stored it",) * turned
    colour = target == "RGB"
    shape = (height, width, 3) if colour else (height, width)
    return Field(shape, dtype, read, math.prod(shape), colour, notes)
