"""PNG, JPEG and WebP: sizes from the header, pixels on demand."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import CHANNEL, Fields, Index, Reading, StoredArray, need
from workbench.data.readers.orientation import orientation

_GREY = {"1": np.bool_, "L": np.uint8, "I;16": np.uint16, "I;16B": np.uint16, "I": np.int32, "F": np.float32}
_WITH_ALPHA = ("LA", "RGBA", "PA", "La", "RGBa")
_TAG = 0x0112  # of EXIF: how the camera was turned
_PNG_DEPTH, _PNG_KIND = 24, 25  # where the header of a PNG keeps its bits a channel and what its channels are
_PNG_CHANNELS = {0: 1, 2: 3, 4: 1, 6: 3}  # grey, colours, and both with alpha


def png(path: Path) -> Fields:
    """The picture of a PNG file, with all its bits."""
    with path.open("rb") as stream:
        head = stream.read(_PNG_KIND + 1)
    # Built by its class: Image.open raises on a large header before anyone can say how large it is.
    depth, kind = head[_PNG_DEPTH], head[_PNG_KIND]
    picture = _Pillow(lambda: need("PIL.PngImagePlugin").PngImageFile(path), depth if kind == 0 else 8)
    return {"": _deep(picture, path, kind) if depth == 16 else picture.field()}


def jpeg(path: Path) -> Fields:
    """The picture of a JPEG file, as the sensor stored it."""
    return {"": _Pillow(lambda: need("PIL.JpegImagePlugin").JpegImageFile(path)).field()}


def webp(path: Path) -> Fields:
    """The picture of a WebP file, the first where it moves."""
    return {"": _Pillow(lambda: need("PIL.WebPImagePlugin").WebPImageFile(path)).field()}


@dataclass(frozen=True)
class _Pillow:
    """A picture that Pillow decodes: one of 2 or 4 bits of grey it spreads over 0 to 255, which is taken back."""

    opened: Callable[[], Any]
    bits: int = 8

    def field(self) -> StoredArray:
        with self.opened() as picture:
            mode, shape = picture.mode, picture.size[::-1]
        target = mode if mode in _GREY else "L" if mode == "LA" else "RGB"
        notes = ("the alpha channel is dropped",) * (mode in _WITH_ALPHA)
        notes += (f"{mode} colours are converted to RGB",) * (target == "RGB" and mode not in ("RGB", "RGBA"))

        def read(index: Index) -> Reading:
            with self.opened() as picture:
                pixels, said = np.asarray(picture.convert(target)), (*notes, *self._said(picture))
            if target != "L" or not 1 < self.bits < 8:
                return Reading(pixels[index], said)
            top = 2**self.bits - 1
            return Reading(pixels[index] // np.uint8(255 // top), said, top=top)

        return _field(shape, np.dtype(_GREY.get(target, np.uint8)), read, target == "RGB")

    def loaded(self) -> tuple[str, ...]:
        """What is to be said of the picture apart from its pixels."""
        with self.opened() as picture:
            return self._said(picture)

    def _said(self, picture: Any) -> tuple[str, ...]:
        """The tags stand behind the pixels in some files: they are complete once those are decoded."""
        frames = getattr(picture, "n_frames", 1)
        notes = (f"the first of its {frames} pictures is taken",) * (frames > 1)
        # A palette may have its own transparency, which is no channel.
        notes += ("its transparency is dropped",) * (picture.mode != "RGBA" and "transparency" in picture.info)
        return notes + orientation(picture.getexif().get(_TAG, 1))


def _deep(picture: _Pillow, path: Path, kind: int) -> StoredArray:
    """A picture of 16 bits a channel, which Pillow would cut to 8 where there is more than one."""
    with picture.opened() as opened:
        shape = opened.size[::-1]
    channels, alpha = _PNG_CHANNELS[kind], kind in (4, 6)
    notes = ("the alpha channel is dropped",) * alpha

    def read(index: Index) -> Reading:
        pixels = need("imagecodecs").png_decode(path.read_bytes())
        pixels = pixels.reshape(*shape, -1)[..., :channels]
        pixels = pixels if channels > 1 else pixels[..., 0]
        return Reading(pixels[index], notes + picture.loaded())

    return _field(shape, np.dtype(np.uint16), read, channels > 1)


def _field(shape: tuple[int, ...], dtype: np.dtype, read: Callable[[Index], Reading], colour: bool) -> StoredArray:
    shape = (*shape, 3) if colour else shape
    return StoredArray(shape, dtype, read, math.prod(shape), ("y", "x", CHANNEL) if colour else ("y", "x"))
