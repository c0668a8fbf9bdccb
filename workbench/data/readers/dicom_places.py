"""Where the frames and slices of DICOM lie: their order by position, their distances, the size of their pixels."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.data.readers.dicom_values import finite, groups

Place = tuple[tuple[float, ...], float]  # the directions of rows and columns, and the way along their normal in mm
_UNEVEN = 0.01  # of a distance: by more do distances differ


def place(data: Any, k: int = 0) -> Place | None:
    """Where frame k lies along the normal of its plane; None where the file does not tell."""
    turn = _told(data, k, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
    corner = _told(data, k, "PlanePositionSequence", "ImagePositionPatient", 3)
    if turn is None or corner is None:
        return None
    return tuple(np.round(turn, 3).tolist()), float(np.cross(turn[:3], turn[3:]) @ corner)


def _told(data: Any, k: int, group: str, name: str, count: int) -> np.ndarray | None:
    found = (finite(item, name) for item in groups(data, k, group))
    return next((np.array(numbers) for numbers in found if len(numbers) == count), None)


def arranged(places: Sequence[Place | None], what: str) -> tuple[list[int], tuple[str, ...]]:
    """The order of frames by their positions, and words about it.

    It is that of the file where their way goes on in one direction, and where positions are not told, or not those of
    one stack: several frames of a place may be those of several times.
    """
    order = list(range(len(places)))
    known = [each for each in places if each is not None]
    if len(known) != len(order) or len({turn for turn, _ in known}) != 1:
        return order, ()
    way = np.array([where for _, where in known])
    steps = np.diff(np.sort(way))
    if len(steps) == 0 or steps.min() <= _UNEVEN * max(steps.max(), 1e-9):
        return order, (f"several of its {what} lie at one place: they stay in the order of the file",) * (
            len(steps) > 0
        )
    even = steps.max() - steps.min() <= _UNEVEN * steps.min()
    said = f"its {what} are {np.median(steps):.6g} mm apart"
    if not even:
        said = f"its {what} are {steps.min():.6g} to {steps.max():.6g} mm apart: some may be missing"
    if (np.diff(way) > 0).all() or (np.diff(way) < 0).all():
        return order, (said,)
    return np.argsort(way).tolist(), (f"its {what} are put in the order of their positions", said)


def spacing(data: Any, k: int) -> tuple[str, ...]:
    """The size of the pixels of frame k as a sentence: in the body, else at the detector."""
    size = _told(data, k, "PixelMeasuresSequence", "PixelSpacing", 2)
    if size is not None:
        return (f"its pixels are {size[0]:g} x {size[1]:g} mm (y, x)",)
    size = _told(data, k, "PixelMeasuresSequence", "ImagerPixelSpacing", 2)
    return () if size is None else (f"its pixels are {size[0]:g} x {size[1]:g} mm (y, x) at the detector",)
