"""NIfTI: volumes in the directions of the body, whatever order the voxels are stored in."""

import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import Fields, Index, Reading, StoredArray, need

_GZIP = b"\x1f\x8b"
_LATER = ("t", "u", "v", "w")  # the axes behind those of space
_OBLIQUE = 0.5  # degrees from which an axis is called so
_SAME = 1e-3  # how far two affines may differ, in voxels


def fields(path: Path) -> Fields:
    """The volume of a NIfTI file as (..., z, y, x): x to the right, y to the front, z up, rows from the largest y.

    The affine of the file says which way the voxels lie. Axes of length 1 are left out as long as two remain; where z
    is then the axis of the rows, they begin with the largest z.
    """
    image = _image(path)
    pose = _pose(image)
    sizes = (*image.shape, 1, 1)[: max(3, len(image.shape))]
    ordered = dict(zip(_LATER, sizes[3:], strict=False))
    ordered = dict(reversed(ordered.items())) | {a: sizes[k] for a, k in zip("zyx", pose.order[::-1], strict=True)}
    axes = _without_single(ordered)
    shape = tuple(ordered[a] for a in axes)

    def read(index: Index) -> Reading:
        return _read(path, pose, axes, shape, index)

    return {"": StoredArray(shape, image.get_data_dtype(), read, math.prod(shape), axes)}


@dataclass(frozen=True)
class _Pose:
    """Which stored axis runs along x, y and z (`order`) and which of these run backwards, with what is to be said."""

    order: tuple[int, ...] = (0, 1, 2)
    flips: tuple[bool, ...] = (False, False, False)
    notes: tuple[str, ...] = ()


def _pose(image: Any) -> _Pose:
    header, affine = image.header, image.affine
    sform, qform = (int(header["sform_code"]) > 0, int(header["qform_code"]) > 0)
    if not sform and not qform:
        return _Pose(notes=("the file does not say how it lies in space: its axes are taken as x, y, z",))
    turn = need("nibabel").orientations.io_orientation(affine)
    if not np.isfinite(turn).all():
        return _Pose(notes=("its affine is not usable: its axes are taken as x, y, z",))
    order = tuple(int(k) for k in np.argsort(turn[:, 0]))
    flips = tuple(bool(turn[k, 1] < 0) for k in order)
    codes = "".join(need("nibabel").aff2axcodes(affine))
    notes = (f"its voxels, stored along {codes}, are put in this order",) * (codes != "RAS")
    size = np.sqrt((affine[:3, :3] ** 2).sum(0))
    if sform and qform and _differ(image, size.max()):
        notes += ("its qform and sform disagree: the sform is taken",)
    # The angle between an axis of the voxels and the direction that it is named after.
    least = min(abs(affine[axis, stored]) / size[stored] for axis, stored in enumerate(order))
    angle = math.degrees(math.acos(min(1.0, least)))
    oblique = f"its axes are oblique by up to {angle:.1f} degrees: named after the nearest direction, not resampled"
    return _Pose(order, flips, (*notes, *((oblique,) * (angle > _OBLIQUE))))


def _differ(image: Any, size: float) -> bool:
    """Whether the two forms put the voxels elsewhere; a quaternion that is none does."""
    try:
        return bool(np.abs(image.get_qform() - image.get_sform()).max() > _SAME * size)
    except need("nibabel").spatialimages.HeaderDataError:
        return True


def _without_single(sizes: dict[str, int]) -> tuple[str, ...]:
    axes = list(sizes)
    for axis in [a for a, n in sizes.items() if n == 1]:
        if len(axes) > 2:
            axes.remove(axis)
    return tuple(axes)


def _read(path: Path, pose: _Pose, axes: tuple[str, ...], shape: tuple[int, ...], index: Index) -> Reading:
    image = _image(path)
    values = np.asanyarray(image.dataobj)
    values = values.reshape(*values.shape, *(1,) * (3 - values.ndim))
    values = values.transpose(*pose.order, *range(3, values.ndim))
    values = np.flip(values, tuple(k for k, backwards in enumerate(pose.flips) if backwards))
    rows, columns = axes[-2:]
    values = np.flip(values, (1, 2) if rows == "z" else 1).T.reshape(shape)[index]
    whole = values.dtype.kind in "iu" and values.dtype.itemsize == 8  # which double precision may not hold
    plain = values if whole or values.dtype.kind in "cV" else values.astype(np.float64)
    first = f"rows from the largest {rows}" + ", columns from the largest y" * (columns == "y")
    said = f"the axes are ({', '.join(axes)}): x to the right, y to the front, z up; {first}"
    notes = (said, *pose.notes, *_sizes(image, pose), *_rescaled(image))
    return Reading(plain.astype(plain.dtype.newbyteorder("=")), notes, suggested=_display(image.header))


def _sizes(image: Any, pose: _Pose) -> tuple[str, ...]:
    """The size of the voxels along x, y and z, and the steps of time, in the units of the header."""
    zooms = (*map(float, image.header.get_zooms()), 0.0, 0.0)
    space, time = image.header.get_xyzt_units()
    size = [zooms[k] for k in pose.order]
    notes = (f"its voxels are {' x '.join(f'{n:g}' for n in size)}{_unit(space)} (x, y, z)",) * (min(size) > 0)
    step = zooms[3] if len(image.shape) > 3 and image.shape[3] > 1 else 0.0
    return (*notes, *(f"its steps of t are {n:g}{_unit(time)}" for n in (step,) if n > 0))


def _unit(name: str) -> str:
    return "" if name == "unknown" else f" {name}"


def _rescaled(image: Any) -> tuple[str, ...]:
    slope, intercept = image.dataobj.slope, image.dataobj.inter
    return () if (slope, intercept) == (1, 0) else (f"rescaled by slope {slope:g} and intercept {intercept:g}",)


def _display(header: Any) -> tuple[float, float] | None:
    """The range that the file asks to be shown."""
    low, high = float(header["cal_min"]), float(header["cal_max"])
    return (low, high) if math.isfinite(low) and math.isfinite(high) and low < high else None


def _image(path: Path) -> Any:
    nibabel = need("nibabel")
    kind = nibabel.Nifti2Image if _start(path)[4:7] == b"n+2" else nibabel.Nifti1Image
    # The image reads from the open stream when asked for voxels, and closes it by going out of use.
    return kind.from_stream(_open(path))


def may_begin(head: bytes) -> bool:
    """Whether the first bytes may be those of a NIfTI image, which is told after they are unpacked."""
    return head[:2] == _GZIP or _is_start(head)


def begins(path: Path) -> bool:
    """Whether a file, compressed or not, begins as a NIfTI image does."""
    try:
        return _is_start(_start(path))
    except (OSError, EOFError, zlib.error):
        return False


def _is_start(head: bytes) -> bool:
    return head[344:347] == b"n+1" or head[4:7] == b"n+2"


def _start(path: Path) -> bytes:
    with _open(path) as stream:
        return stream.read(352)


def _open(path: Path) -> Any:
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")
