"""ISMRMRD: the acquisitions of an MR scanner, sorted by their flags into arrays."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.field import ASIDE, Fields, need
from workbench.data.readers import hdf5
from workbench.data.readers.hdf5_places import require_here
from workbench.data.readers.instruments.mr_lines import Acquisitions, by_encoding, flagged

_ASIDE = (
    "NAVIGATION_DATA",
    "PHASECORR_DATA",
    "HPFEEDBACK_DATA",
    "RTFEEDBACK_DATA",
    "DUMMYSCAN_DATA",
    "SURFACECOILCORRECTIONSCAN_DATA",
    "PHASE_STABILIZATION",
    "PHASE_STABILIZATION_REFERENCE",
)
_ACQUIRED = ("xml", "data")  # what a group of acquisitions holds


def begins(file: Any) -> bool:
    """Whether an HDF5 file holds a group of acquisitions."""
    return _group(file) is not None


def _group(file: Any) -> str | None:
    """The first group with a header in XML and acquisitions."""
    for name, node in file.items():
        if set(_ACQUIRED) <= set(getattr(node, "keys", tuple)()) and "head" in (node["data"].dtype.names or ()):
            return name
    return None


def fields(path: Path) -> Fields:
    """`kspace` (..., coil, z, y, x) and `sampled`, where it was measured, for Cartesian scans; else `readouts`
    (coil, readout, sample) with `trajectory`.

    Where there are any: `calibration`, as k-space too, with lines that are of calibration alone and those of both
    kinds; `noise` and `navigators` as readouts; and what else the file holds, such as pictures or maps of coils, by
    its path. Lines lie where the header's centre is the middle; samples to be discarded are left out, lines read
    backwards are turned. Several encodings have numbers: kspace 1.
    """
    require_here(path)
    with need("h5py").File(path, "r") as file:
        name = _group(file)
        heads = file[f"{name}/data"]["head"]
    header = _header(path, name)
    noise, alone = flagged(heads, "NOISE_MEASUREMENT"), flagged(heads, "PARALLEL_CALIBRATION")
    aside = np.logical_or.reduce([flagged(heads, flag) for flag in _ASIDE])
    both = flagged(heads, "PARALLEL_CALIBRATION_AND_IMAGING")
    image = ~(noise | aside | (alone & ~both))
    calibration = (alone | both) & ~(noise | aside)

    def lines(which: np.ndarray, encoding: Any = None) -> Acquisitions:
        return Acquisitions(path, name, np.flatnonzero(which), heads[which], encoding)

    found: Fields = {}
    for ending, (here, encoding) in by_encoding(header, heads, image).items():
        found |= {f"{key}{ending}": field for key, field in _image(lines(here, encoding)).items()}
    for ending, (here, encoding) in by_encoding(header, heads, calibration).items():
        kind = lines(here, encoding)
        found[f"calibration{ending}"] = kind.laid_out(ASIDE)[0] if _cartesian(encoding) else kind.readouts()
    found |= {key: lines(flags).readouts() for key, flags in (("noise", noise), ("navigators", aside)) if flags.any()}
    return found | _others(path, name)


def _header(path: Path, name: str | None) -> Any:
    module = need("ismrmrd", "instruments")
    with module.Dataset(str(path), name, create_if_needed=False, mode="r") as data:
        return need("ismrmrd.xsd", "instruments").CreateFromDocument(data.read_xml_header())


def _image(lines: Acquisitions) -> Fields:
    if not _cartesian(lines.encoding):
        return lines.along_a_trajectory()
    return dict(zip(("kspace", "sampled"), lines.laid_out(), strict=True))


def _cartesian(encoding: Any) -> bool:
    return encoding.trajectory.value == "cartesian"


def _others(path: Path, name: str | None) -> Fields:
    """Arrays of numbers that are no acquisitions."""
    acquired = {f"{name}/{each}" for each in _ACQUIRED}
    return {key: replace(field, rank=ASIDE) for key, field in hdf5.fields(path).items() if key not in acquired}
