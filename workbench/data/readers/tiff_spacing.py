"""How large the pixels of a TIFF file are, where ImageJ, OME, a microscope's program or a map tells it."""

import math
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

_CENTIMETER = 3  # of the tag ResolutionUnit; inches are those of printers
_SCALE = 33550  # tag of GeoTIFF: ModelPixelScale


def spacing(file: Any, number: int) -> tuple[str, ...]:
    """A sentence on the size of the pixels of a series; none where nothing is told but the dots of a printer."""
    found = dict(_ome(file, number) if file.is_ome else _imagej(file) if file.is_imagej else _of_tags(file.pages.first))
    if not found:
        return ()
    units = set(found.values())
    sizes = " x ".join(f"{size:g}" if len(units) == 1 else f"{size:g} {unit}" for (_, size), unit in found.items())
    unit = f" {units.pop()}" if len(units) == 1 else ""
    return (f"its pixels are {sizes}{unit} ({', '.join(axis for axis, _ in found)})",)


Size = tuple[tuple[str, float], str]  # axis and length, and the unit


def _ome(file: Any, number: int) -> Iterator[Size]:
    """The physical sizes of the image of this number; micrometres where no unit is told."""
    images = [node for node in ElementTree.fromstring(file.ome_metadata).iter() if node.tag.endswith("}Pixels")]
    told = images[number].attrib if number < len(images) else {}
    for axis in "ZYX":
        size = _number(told.get(f"PhysicalSize{axis}"))
        if size > 0:
            yield (axis.lower(), size), told.get(f"PhysicalSize{axis}Unit", "µm")


def _imagej(file: Any) -> Iterator[Size]:
    told = file.imagej_metadata or {}
    unit = str(told.get("unit", "")).replace("\\u00B5", "µ")
    if not unit or unit in ("pixel", "pixels", "null"):
        return
    depth = _number(told.get("spacing"))
    if depth > 0 and int(told.get("slices", 1)) > 1:
        yield ("z", depth), unit
    for axis, density in zip("yx", _densities(file.pages.first), strict=True):
        if density > 0:
            yield (axis, 1 / density), unit


def _of_tags(page: Any) -> Iterator[Size]:
    scale = page.tags.valueof(_SCALE)
    if scale is not None and len(scale) >= 2 and min(scale[:2]) > 0:
        yield from ((("y", float(scale[1])), "of the map"), (("x", float(scale[0])), "of the map"))
    elif int(page.tags.valueof("ResolutionUnit", 0)) == _CENTIMETER:
        yield from (((axis, 10 / d), "mm") for axis, d in zip("yx", _densities(page), strict=True) if d > 0)


def _densities(page: Any) -> tuple[float, float]:
    """Pixels a unit, along y and x; 0 where it is not told."""
    tall, wide = (page.tags.valueof(name) for name in ("YResolution", "XResolution"))
    return _ratio(tall), _ratio(wide)


def _ratio(told: Any) -> float:
    return told[0] / told[1] if told and told[1] else 0.0


def _number(value: Any) -> float:
    """The value as a positive number; 0 where it is none."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return 0.0
    return found if math.isfinite(found) else 0.0
