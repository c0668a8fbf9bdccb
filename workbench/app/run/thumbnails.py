"""Small pictures of the moments of a run, side by side in one file for the browser."""

import io
from collections.abc import Sequence

import numpy as np

from workbench.figures.curve_picture import curve_picture
from workbench.figures.png_address import png_address
from workbench.jobs import RunMoment
from workbench.live.frames import picture
from workbench.live.images import Array, Limits, extent, smaller, unit

SIDE = 40  # px


class Thumbnails:
    """Each is made once, as long as its colours mean the same."""

    def __init__(self) -> None:
        self._limits: Limits = (0.0, 1.0)
        self._made: dict[RunMoment, Array] = {}

    def strip(self, moments: Sequence[RunMoment], truth: Array | None) -> str:
        """All of them from left to right, the address of a PNG; "" where there are none."""
        if not moments:
            return ""
        limits = unit(truth) if truth is not None else extent(picture(moments[-1].picture))
        known = self._made if limits == self._limits else {}
        self._limits = limits
        self._made = {m: known[m] if m in known else thumbnail(picture(m.picture), limits) for m in moments}
        return as_png(np.concatenate(list(self._made.values()), axis=1))


def thumbnail(image: Array, limits: Limits) -> Array:
    """(SIDE, SIDE, 3), eight bits: the middle square of a picture, or a curve where it is 1-D."""
    if image.ndim == 1:
        small = curve_picture(np.nan_to_num(image), (SIDE, SIDE), limits)
    else:
        levels = np.clip((np.nan_to_num(image) - limits[0]) / max(limits[1] - limits[0], 1e-12), 0, 1)
        small = smaller(_square(levels), max(SIDE, min(_square(levels).shape[:2]) // 2))
        rows, columns = (np.linspace(0, n - 1, SIDE).round().astype(int) for n in small.shape[:2])
        small = small[rows][:, columns]
    shown = (255 * small).round().astype(np.uint8)
    return shown if shown.ndim == 3 else np.repeat(shown[..., None], 3, axis=2)


def as_png(pixels: Array) -> str:
    """Pixels, (rows, columns, 3) of eight bits, as an address that holds the picture itself."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return png_address(file.getvalue())


def _square(image: Array) -> Array:
    rows, columns = image.shape[:2]
    side = min(rows, columns)
    top, left = (rows - side) // 2, (columns - side) // 2
    return image[top : top + side, left : left + side]
