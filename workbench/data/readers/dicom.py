"""DICOM: frames of pixels in the units of the scanner, with gaps and windows as the file tells them."""

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import CHANNEL, Fields, Index, Reading, StoredArray, need
from workbench.data.readers import dicom_codecs
from workbench.data.readers.dicom_places import arranged, place, spacing
from workbench.data.readers.dicom_values import padding, rescaling, units, window
from workbench.refusal import Refusal

_GROUPS = (2, 8)  # of the first element of a file without a preamble
_SHORT = {b"AE", b"AS", b"CS", b"DA", b"IS", b"LO", b"LT", b"PN", b"SH", b"ST", b"TM", b"UI", b"UL", b"US", b"OB"}


def begins_bare(head: bytes) -> bool:
    """Whether a file begins with an element of DICOM, without the preamble that should stand in front."""
    if len(head) < 12:
        return False
    for order in "<>":
        group, element, length = struct.unpack(f"{order}HHI", head[:8])
        explicit = head[4:6] in _SHORT
        implicit = length <= 64 and length % 2 == 0
        if group in _GROUPS and element <= 0x0120 and (explicit or (implicit and order == "<")):
            return True
    return False


def fields(path: Path) -> Fields:
    """The frames of a DICOM file."""
    header = dataset(path, stop_before_pixels=True)
    if "Rows" not in header or "Columns" not in header:
        kind = str(header.get("Modality", "unknown"))[:40]
        raise Refusal("a DICOM file with pixels", f"one without ({kind})", "open an image of the series")
    palette = header.get("PhotometricInterpretation") == "PALETTE COLOR"
    colour = palette or int(header.get("SamplesPerPixel") or 1) > 1
    frames = int(header.get("NumberOfFrames") or 1)
    shape = (frames,) * (frames > 1) + (int(header.Rows), int(header.Columns)) + (3,) * colour
    axes = ("frame",) * (frames > 1) + ("y", "x") + (CHANNEL,) * colour
    dtype = np.dtype(np.uint8 if colour else np.float64)  # colour may be deeper: the pixels tell

    def read(index: Index) -> Reading:
        return _read(path, frames, palette, index)

    told = "" if colour else units(header)
    return {"": StoredArray(shape, dtype, read, math.prod(shape[-3:] if colour else shape[-2:]), axes, units=told)}


def dataset(path: Path, **options: Any) -> Any:
    """The data set of a file, with or without preamble; where no transfer syntax is told, as its encoding shows."""
    pydicom = need("pydicom")
    data = pydicom.dcmread(path, force=True, **options)
    if not len(data):
        raise Refusal("a DICOM file with elements", "none that can be read", "save or copy it again")
    if "TransferSyntaxUID" not in data.file_meta:
        implicit, little = data.original_encoding
        plain = pydicom.uid.ExplicitVRLittleEndian if little else pydicom.uid.ExplicitVRBigEndian
        data.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian if implicit else plain
    return data


def _read(path: Path, frames: int, palette: bool, index: Index) -> Reading:
    data = dataset(path)
    if frames == 1:
        return frame(data, 0, palette).each(lambda values: values[index])
    order, notes = arranged([place(data, k) for k in range(frames)], "frames")
    found = stacked(order, lambda k: frame(data, k, palette), index)
    return replace(found, notes=(*notes, *found.notes))


def stacked(order: Sequence[int], read: Callable[[int], Reading], index: Index) -> Reading:
    """The chosen ones of several readings, in their order, and the slice inside."""
    chosen, inside = np.array(order)[index[:1]], index[1:]
    found = [read(int(k)) for k in chosen.flat]
    if chosen.ndim == 0:
        return found[0].each(lambda values: values[inside])
    notes = tuple(dict.fromkeys(note for each in found for note in each.notes))
    gaps = np.stack([np.zeros(each.values.shape, bool) if each.gaps is None else each.gaps for each in found])
    marker = next((each.marker for each in found if each.marker), "")
    together = Reading(np.stack([each.values for each in found]), notes, gaps, marker)
    return together.each(lambda values: values[(slice(None), *inside)])


def frame(data: Any, k: int, palette: bool = False) -> Reading:
    """One frame in its units. What is said of it may differ from frame to frame."""
    pixels = dicom_codecs.frame(data, k)
    bright = ("small values are meant to look bright; the values are kept as they are",)
    if palette:
        colours = need("pydicom.pixels").apply_color_lut(pixels, data)
        return Reading(colours, ("its palette is converted to RGB",))
    if pixels.ndim > 2:
        return Reading(pixels)
    _require_low_bits(data)
    gaps, marker = padding(data, pixels)
    change, notes = rescaling(data, k)
    notes += spacing(data, k)
    suggested, more = window(data, k)
    notes += bright * (data.get("PhotometricInterpretation") == "MONOCHROME1") + more
    return Reading(change(pixels), notes, gaps, marker, suggested=suggested)


def _require_low_bits(data: Any) -> None:
    """Refuse pixels whose bits lie at the upper end, as the standard allowed once: pydicom takes them as they are."""
    bits, high = int(data.get("BitsStored") or 0), int(data.get("HighBit") or 0)
    if bits and high and high != bits - 1:
        came = f"bits {high - bits + 1} to {high} of a word"
        raise Refusal(f"pixels in the lower {bits} bits", came, "save it again with a program that knows HighBit")
