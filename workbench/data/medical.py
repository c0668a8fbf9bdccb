"""DICOM and NIfTI: measured values in the units of the scanner."""

import gzip
import math
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import Field, Fields, Index, need
from workbench.refusal import Refusal

_GZIP = b"\x1f\x8b"


def dicom(path: Path) -> Fields:
    """The pixels of a DICOM file, with its rescale slope and intercept (or modality table) applied."""
    header = need("pydicom").dcmread(path, stop_before_pixels=True)
    if "Rows" not in header or "Columns" not in header:
        kind = header.get("Modality", "unknown")
        raise Refusal("a DICOM file with pixels", f"one without ({kind})", "open an image of the series")
    palette = header.get("PhotometricInterpretation") == "PALETTE COLOR"
    samples = 3 if palette else int(header.get("SamplesPerPixel", 1))
    frames = int(header.get("NumberOfFrames") or 1)
    shape = (frames,) * (frames > 1) + (int(header.Rows), int(header.Columns)) + (samples,) * (samples > 1)
    dtype = np.dtype(np.float64 if samples == 1 else np.uint8)  # colour may be deeper: the pixels tell
    read = partial(_pixels, path, palette, samples)
    return {"": Field(shape, dtype, read, math.prod(shape), samples > 1, _dicom_notes(header, palette))}


def _pixels(path: Path, palette: bool, samples: int, index: Index) -> np.ndarray:
    pydicom, processing = need("pydicom"), need("pydicom.pixels")
    data = pydicom.dcmread(path)
    pixels = data.pixel_array
    if palette:
        return processing.apply_color_lut(pixels, data)[index]
    return pixels[index] if samples > 1 else processing.apply_modality_lut(pixels[index], data).astype(np.float64)


def _dicom_notes(header: Any, palette: bool) -> tuple[str, ...]:
    notes = ("its palette is converted to RGB",) * palette
    if "RescaleSlope" in header:
        unit = " to Hounsfield units" if header.get("Modality") == "CT" else ""
        notes += (f"rescaled{unit} by slope {header.RescaleSlope} and intercept {header.RescaleIntercept}",)
    if header.get("PhotometricInterpretation") == "MONOCHROME1":
        notes += ("small values are meant to look bright; the values are kept as they are",)
    if "WindowCenter" in header and "WindowWidth" in header:
        centre, width = (float(np.ravel(header[name].value)[0]) for name in ("WindowCenter", "WindowWidth"))
        notes += (f"the file suggests window=({centre - width / 2:g}, {centre + width / 2:g})",)
    return notes


def nifti(path: Path) -> Fields:
    """The volume of a NIfTI file as (t, z, y, x), rows from the largest y, so that a head faces up."""
    image = _nifti_image(path)
    shape = tuple(image.shape[::-1])
    notes = ("the axes are (..., z, y, x), rows from the largest y to the smallest",)
    return {"": Field(shape, image.header.get_data_dtype(), partial(_voxels, path), math.prod(shape), notes=notes)}


def _voxels(path: Path, index: Index) -> np.ndarray:
    values = np.asanyarray(_nifti_image(path).dataobj)
    values = values.T[..., ::-1, :][index]
    return values if np.iscomplexobj(values) else values.astype(np.float64)


def _nifti_image(path: Path) -> Any:
    nibabel = need("nibabel")
    kind = nibabel.Nifti2Image if _nifti_start(path)[4:7] == b"n+2" else nibabel.Nifti1Image
    # The image reads from the open stream when asked for voxels, and closes it by going out of use.
    return kind.from_stream(_nifti_open(path))


def is_nifti(path: Path) -> bool:
    """Whether a file, compressed or not, begins as a NIfTI image does."""
    try:
        start = _nifti_start(path)
    except (OSError, EOFError, zlib.error):
        return False
    return start[344:347] == b"n+1" or start[4:7] == b"n+2"


def _nifti_start(path: Path) -> bytes:
    with _nifti_open(path) as stream:
        return stream.read(352)


def _nifti_open(path: Path) -> Any:
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")
