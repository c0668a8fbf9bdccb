"""Small pictures of what runs have reconstructed, made once and kept in the index."""

import io
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.run_folder.folder_look import FolderLook
from workbench.run_folder.listing import asked
from workbench.run_folder.run_index import RunIndex
from workbench.run_folder.run_summary import ENDING

if TYPE_CHECKING:
    import numpy as np

SIDE = 96  # pixels of the longer side


def thumbnails(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The pictures of these runs as PNG, by name: those of the index, others made and kept there.

    Of a run that is gone, or whose picture cannot be read, there is none.
    """
    look = FolderLook.at(folder)
    return asked(folder, look, lambda index: {n: png for n in names if (png := _picture(index, folder, look, n))})


def _picture(index: RunIndex, folder: Path, look: FolderLook, name: str) -> bytes:
    found = index.thumbnail(name)
    if found is None and name in look.runs:
        with suppress(Exception):  # of a damaged file there is no picture, whatever its parser says
            found = drawn(_read(folder / f"{name}{ENDING}"))
            index.keep_thumbnail(name, look.runs[name], found)
    return found or b""


def _read(path: Path) -> "np.ndarray":
    """The reconstruction of a run, the first of its batch, (1, C, *space)."""
    import h5py

    file: Any
    with h5py.File(path, "r") as file:
        if "x" in file:
            return file["x"][:1]
        return file["x_real"][:1] + 1j * file["x_imag"][:1]


def drawn(x: "np.ndarray") -> bytes:
    """A signal (B, C, *space), the first of its batch, as a PNG of at most SIDE pixels a side; 1-D ones as a curve."""
    import numpy as np
    from PIL import Image

    from workbench.figures.curve_picture import curve_picture
    from workbench.figures.shown import picture_of

    values = np.nan_to_num(picture_of(x).astype(np.float32))
    values = curve_picture(values, (SIDE // 2, SIDE)) if values.ndim == 1 else values
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0  # as signals are: two runs of one signal are comparable
    levels = np.clip((values - low) * (255.999 / max(high - low, 1e-12)), 0, 255).astype(np.uint8)
    height, width = levels.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    picture: Any = Image.fromarray(levels)
    stream = io.BytesIO()
    picture.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.NEAREST).save(stream, "PNG")
    return stream.getvalue()
