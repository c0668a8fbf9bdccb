"""What the numbers of a DICOM frame mean: scale and unit, padding, and the window to see them in."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from workbench.data.field import Limits, need

Change = Callable[[np.ndarray], np.ndarray]
_SHARED, _EACH = "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"
_HOUNSFIELD = "Hounsfield units"


def groups(data: Any, k: int, name: str) -> Iterator[Any]:
    """The items of a functional group of frame k, in the order in which they hold: its own, the shared, the file's."""
    each, shared = data.get(_EACH) or (), data.get(_SHARED) or ()
    for group in (*each[k : k + 1], *shared[:1]):
        yield from (group.get(name) or ())[:1]
    yield data


def rescaling(data: Any, k: int) -> tuple[Change, tuple[str, ...]]:
    """How stored numbers of frame k become values: by a table, slope and intercept, the scale of a dose, or not."""
    if data.get("ModalityLUTSequence"):
        table = need("pydicom.pixels").apply_modality_lut
        return lambda pixels: table(pixels, data).astype(np.float64), ("its table of values is applied",)
    for item in groups(data, k, "PixelValueTransformationSequence"):
        if "RescaleSlope" in item or "RescaleIntercept" in item:
            slope, intercept = _number(item, "RescaleSlope"), _number(item, "RescaleIntercept")
            empty = [n for n, v in (("slope", slope), ("intercept", intercept)) if v is None]
            written = (_plain(item, "RescaleSlope", 1), _plain(item, "RescaleIntercept", 0))
            said = "rescaled{} by slope {} and intercept {}".format(_unit(data, item), *written)
            notes = (said, *(f"its rescale {name} is empty or missing" for name in empty))
            return _linear(1.0 if slope is None else slope, intercept or 0.0), notes
    if (dose := _number(data, "DoseGridScaling")) is not None:
        unit = "Gy" if str(data.get("DoseUnits", "GY")).upper() == "GY" else "relative dose"
        return _linear(dose, 0.0), (f"scaled to {unit} by {dose:g}",)
    for item in groups(data, k, "RealWorldValueMappingSequence"):
        found = _real_world(item)
        if found is not None:
            return found
    return lambda pixels: pixels.astype(np.float64), ()


def _real_world(item: Any) -> tuple[Change, tuple[str, ...]] | None:
    """A linear mapping to real values, which stands in a sequence of its own also where a frame has no groups."""
    item = next(iter(item.get("RealWorldValueMappingSequence") or ()), item)
    slope, intercept = _number(item, "RealWorldValueSlope"), _number(item, "RealWorldValueIntercept")
    if slope is None or intercept is None:
        return None
    units = next(iter(item.get("MeasurementUnitsCodeSequence") or ()), {})
    unit = str(units.get("CodeMeaning", "")) or str(units.get("CodeValue", "")) or "real world values"
    return _linear(slope, intercept), (f"mapped to {unit} by slope {slope:g} and intercept {intercept:g}",)


def _linear(slope: float, intercept: float) -> Change:
    return lambda pixels: slope * pixels.astype(np.float64) + intercept


def _unit(data: Any, item: Any) -> str:
    kind = str(item.get("RescaleType") or "").strip().upper()
    if kind == "HU" or (not kind and data.get("Modality") == "CT"):
        return f" to {_HOUNSFIELD}"
    return f" to {kind}" if kind not in ("", "US") else ""


def units(data: Any) -> str:
    """The unit of the values of the first frame, where the file tells one."""
    if data.get("ModalityLUTSequence"):
        return ""
    for item in groups(data, 0, "PixelValueTransformationSequence"):
        if "RescaleSlope" in item or "RescaleIntercept" in item:
            kind = _unit(data, item).removeprefix(" to ")
            return "HU" if kind == _HOUNSFIELD else kind or str(data.get("Units") or "")
    if _number(data, "DoseGridScaling") is not None:
        return "Gy" if str(data.get("DoseUnits", "GY")).upper() == "GY" else ""
    return ""


def padding(data: Any, pixels: np.ndarray) -> tuple[np.ndarray | None, str]:
    """Where stored numbers only fill a frame up, before they are rescaled."""
    first = _stored(data, pixels, "PixelPaddingValue")
    if first is None:
        return None, ""
    last = _stored(data, pixels, "PixelPaddingRangeLimit")
    low, high = sorted((first, first if last is None else last))
    text = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return (pixels >= low) & (pixels <= high), f"PixelPaddingValue {text}"


def _stored(data: Any, pixels: np.ndarray, name: str) -> float | None:
    """A number in the range of the pixels: some writers leave the sign away."""
    name = name.replace("Pixel", "FloatPixel") if pixels.dtype.kind == "f" and name not in data else name
    value = _number(data, name)
    if value is None or pixels.dtype.kind not in "iu":
        return value
    bits, info = 8 * pixels.dtype.itemsize, np.iinfo(pixels.dtype)
    return value - 2**bits if value > info.max else value + 2**bits if value < info.min else value


def window(data: Any, k: int) -> tuple[Limits | None, tuple[str, ...]]:
    """The first window that the file suggests for frame k, and a sentence that lists the others."""
    for item in groups(data, k, "FrameVOILUTSequence"):
        pairs = zip(finite(item, "WindowCenter"), finite(item, "WindowWidth"), strict=False)
        windows = [(c - w / 2, c + w / 2) for c, w in pairs if w > 0]
        if windows:
            others = ", ".join(f"({low:g}, {high:g})" for low, high in windows[1:4])
            return windows[0], (f"it has other windows: {others}",) * bool(others)
    return None, ()


def _number(item: Any, name: str) -> float | None:
    """A finite number of an element; None where it is missing, empty or no number."""
    return next(iter(finite(item, name)), None)


def finite(item: Any, name: str) -> list[float]:
    try:
        value = item.get(name)
        found = [] if value is None else [float(v) for v in np.ravel(value) if v not in ("", None)]
    except (TypeError, ValueError):
        return []
    return [v for v in found if math.isfinite(v)]


def _plain(item: Any, name: str, default: int) -> Any:
    """The number as the file writes it."""
    return default if _number(item, name) is None else item.get(name)
