"""Data of plain numbers whose shape stands in a text file beside them: BART's .cfl and .hdr, and ENVI."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, CHANNEL, Fields, Index, Reading, StoredArray, need
from workbench.data.missing import marked
from workbench.refusal import Refusal

_BART, _ENVI = b"# Dimensions", b"ENVI"
_AXES = ("x", "y", "z", CHANNEL, "map", "echo", "coefficient", "coefficient 2", "iteration", "cycle")
_LATER = ("time", "time 2", "level", "slice", "average", "batch")
_SCALES = ("data gain values", "data offset values", "data reflectance gain values", "data reflectance offset values")
_DATA = ("", ".img", ".dat", ".raw", ".bip", ".bil", ".bsq")


def is_bart(path: Path) -> bool:
    """Whether a file is one of BART's pair, and the numbers are as many as the header says."""
    header = _header(path, _BART)
    data = header.with_suffix(".cfl") if header else path
    return bool(header and data.is_file() and data.stat().st_size == 8 * math.prod(_dimensions(header)))


def bart(path: Path) -> Fields:
    """The array in C's order, the reverse of BART's: x is the last axis, coils are channels. Axes of one are left out.

    Of the axes of space, two remain.
    """
    header = _header(path, _BART)
    assert header is not None
    sizes: dict[str, int] = dict(zip((*_AXES, *_LATER), _dimensions(header), strict=False))
    kept = [axis for axis, size in sizes.items() if size > 1 or axis in "xy"][::-1]
    shape, data = tuple(sizes[axis] for axis in kept), header.with_suffix(".cfl")

    def read(index: Index) -> Reading:
        values = np.memmap(data, dtype="<c8", mode="r", shape=shape)
        return Reading(np.array(values[index]), (f"its axes are ({', '.join(kept)}), the reverse of BART's",))

    return {"": StoredArray(shape, np.dtype(np.complex64), read, axes=tuple(kept))}


def _dimensions(header: Path) -> list[int]:
    return [int(word) for word in header.read_text(errors="replace").splitlines()[1].split()]


def is_envi(path: Path) -> bool:
    """Whether a file is one of ENVI's pair."""
    return _header(path, _ENVI) is not None and _numbers(path) is not None


def envi(path: Path) -> Fields:
    """The cube as (y, x, bands) whatever its interleave, `wavelength` where the header gives them.

    The numbers are those stored: a scale factor of the header is told, and not applied.
    """
    cube = _cube(path)
    told = cube.metadata
    shape = (cube.nrows, cube.ncols, cube.nbands)
    ignored, scale = told.get("data ignore value"), told.get("reflectance scale factor")
    notes = (f"its reflectance scale factor {scale} is not applied",) * bool(scale)
    notes += tuple(f"its {name} are not applied" for name in _SCALES if name in told)
    bad = [str(k) for k, good in enumerate(told.get("bbl", ())) if str(good).strip().startswith("0")]
    notes += (f"its bad bands {', '.join(bad[:20])} are kept",) * bool(bad)
    markers = _markers(ignored)
    notes += (f"its data ignore value {str(ignored)[:20]!r} is no number",) * (ignored is not None and not markers)

    def read(index: Index) -> Reading:
        values = np.array(_cube(path).open_memmap(interleave="bip")[index])
        return Reading(values, notes, marked(values, markers) if markers else None, f"data ignore value {ignored}")

    found = {"": StoredArray(shape, np.dtype(cube.dtype), read, axes=("y", "x", CHANNEL))}
    centers = cube.bands.centers
    if centers is not None:
        waves = np.asarray(centers, dtype=np.float64)
        units = str(cube.bands.band_unit or "")
        found["wavelength"] = StoredArray(
            waves.shape, waves.dtype, lambda index: Reading(waves[index]), rank=ASIDE, units=units
        )
    return found


def _markers(ignored: Any) -> tuple[float, ...]:
    try:
        return () if ignored is None else (float(ignored),)
    except ValueError:
        return ()


def _cube(path: Path) -> Any:
    header, numbers = _header(path, _ENVI), _numbers(path)
    found = need("spectral.io.envi", "instruments").open(str(header), str(numbers))
    if not hasattr(found, "nrows"):
        raise Refusal("a cube of ENVI", "a spectral library", "save its spectra as NPY or CSV")
    return found


def _header(path: Path, first: bytes) -> Path | None:
    """The text file of a pair, which begins with these letters: the file itself, or NAME.hdr or NAME.img.hdr beside."""
    for each in (path, path.with_suffix(".hdr"), path.with_name(f"{path.name}.hdr")):
        if each.is_file():
            with each.open("rb") as stream:
                if stream.read(len(first)) == first:
                    return each
    return None


def _numbers(path: Path) -> Path | None:
    """The other one of the pair."""
    header = _header(path, _ENVI)
    if header is None or header != path:
        return path
    found = (header.with_suffix(ending) for ending in _DATA)
    return next((each for each in found if each.is_file() and each != header), None)
