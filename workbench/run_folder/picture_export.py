"""The picture at the end of a run as a file of other programs: TIFF, MRC and NIfTI, with the size of its pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.records import Record

_METRES = {"A": 1e-10, "nm": 1e-9, "um": 1e-6, "mm": 1e-3, "m": 1.0}
_OME = {"A": "Å", "nm": "nm", "um": "µm", "mm": "mm", "m": "m"}
UNITS = tuple(_METRES)


@dataclass(frozen=True)
class Picture:
    """The values of a picture (C, *space) in the units of its data, and the side of a pixel in `unit`; 0 for none."""

    values: np.ndarray
    pixel: float = 0.0
    unit: str = ""

    @property
    def plain(self) -> np.ndarray:
        """Without the axis of a single channel; Refusal for several."""
        if len(self.values) > 1:
            from workbench.tensors import shown

            came = f"{len(self.values)} of {shown(self.values.shape[1:])}"
            raise Refusal("a picture of one channel for this format", came, "export it as .tif")
        return self.values[0]

    def size(self, unit: str) -> float:
        """The side of a pixel in another unit."""
        return self.pixel * _METRES[self.unit] / _METRES[unit] if self.unit else 0.0


def picture(record: "Record", unit: str = "") -> Picture:
    """What a run found, low + (high - low) x where its truth was scaled so, in pixels as large as its operator says.

    The operator's `pixel` has whatever unit its owner took: without `unit` no size is written.
    """
    result = record.result
    x = result["x"].values
    if len(x) != 1:
        raise Refusal("a run of one picture", f"one of {len(x)}", "take one of them in Python, and write it")
    low, high = map(float, result.attrs.get("limits", (0.0, 1.0)))
    values = x[0] * (high - low) + low if (low, high) != (0.0, 1.0) else x[0]
    pixel = getattr(record.experiment.operator, "pixel", None) or 0.0
    return Picture(values.astype(x.dtype, copy=False), float(pixel) if unit else 0.0, unit if pixel else "")


def write(made: Picture, place: Path) -> None:
    """Write a picture in the format that the ending of the file names."""
    _WRITERS[place.suffix.lower()](made, place)


def _need(module: str, extra: str = "data") -> Any:
    from workbench.data.field import need  # not at the top: a list of runs needs no torch

    return need(module, extra)


def _tiff(made: Picture, place: Path) -> None:
    """OME-TIFF: channels, then depth, rows and columns."""
    space = "ZYX"[-(made.values.ndim - 1) :] if made.values.ndim > 2 else "X"
    sizes = {f"PhysicalSize{axis}": made.pixel for axis in space if made.unit}
    sizes |= {f"PhysicalSize{axis}Unit": _OME[made.unit] for axis in space if made.unit}
    values = made.values if space != "X" else made.values[:, None]
    axes = "C" + (space if space != "X" else "YX")
    told: dict[str, Any] = {"axes": axes, **sizes}
    _need("tifffile").imwrite(place, values, ome=True, photometric="minisblack", metadata=told)


def _mrc(made: Picture, place: Path) -> None:
    """MRC holds single precision and angstroms."""
    values = made.plain
    kind = np.complex64 if values.dtype.kind == "c" else np.float32
    with _need("mrcfile", "instruments").new(place, data=np.ascontiguousarray(values, dtype=kind)) as file:
        if size := made.size("A"):
            file.voxel_size = size


def _nifti(made: Picture, place: Path) -> None:
    """NIfTI: x to the right, y to the front, z up; rows begin at the largest y, as `data.load_array` reads them."""
    nibabel = _need("nibabel")
    values, side = made.plain, made.size("mm") or 1.0
    turned = np.flip(values, -2).T if values.ndim > 1 else values
    image = nibabel.Nifti1Image(turned, np.diag([side, side, side, 1.0]), dtype=values.dtype)
    image.header.set_xyzt_units("mm" if made.unit else "unknown")
    nibabel.save(image, place)


_WRITERS: dict[str, Callable[[Picture, Path], None]] = {".tif": _tiff, ".tiff": _tiff, ".mrc": _mrc, ".nii": _nifti}
ENDINGS = tuple(_WRITERS)
