"""Scans that instruments took, to begin with: shipped here, or in a package that the extra `examples` brings."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from torch import Tensor

from workbench.data.files import load_array
from workbench.data.measured import Measured
from workbench.parameters import called
from workbench.refusal import Refusal, one_of

DATA = "data"


@dataclass(frozen=True)
class ExampleInfo:
    """What is known of one example, and its files, by what is in them, below the folder of a package."""

    name: str
    title: str
    about: str
    licence: str
    origin: str
    package: str
    files: Mapping[str, str] = field(repr=False, default_factory=lambda: MappingProxyType({}))
    extra: str = ""

    def path(self, part: str = DATA) -> Path:
        """Where a file of it lies: "data", and where there are such "psf" and "truth". Refusal where it is missing."""
        file = self.files[one_of(f"a part of the example {self.name}", part, self.files)]
        return self.folder() / file

    def folder(self) -> Path:
        """Where the package lies that carries it. Refusal where it is missing."""
        # Found without an import: what flowdec would load with it is not needed.
        found = importlib.util.find_spec(self.package)
        if found is None or found.origin is None:
            wanted, remedy = (
                f"the package {self.package}, which carries {self.name}",
                f"inverse-workbench[{self.extra}]",
            )
            raise Refusal(wanted, "an installation without it", f'pip install "{remedy}"')
        return Path(found.origin).parent

    @property
    def missing(self) -> str:
        """Why it cannot be opened here; empty where it can."""
        try:
            self.folder()
        except Refusal as sentence:
            return str(sentence)
        return ""


def _flowdec(name: str, **files: str) -> Mapping[str, str]:
    return MappingProxyType({part: f"datasets/{name}-25pct/{file}.tif" for part, file in files.items()})


_APACHE = "Apache-2.0 (flowdec 1.1.0)"
EXAMPLES = {
    e.name: e
    for e in (
        ExampleInfo(
            "tilt_series",
            "Electron tomography: a needle in 77 tilts",
            "HAADF-STEM projections from -76 to 76 degrees, 3.36 nm a pixel, aligned; a wedge of 28 degrees is missing",
            "NIST software licence, beside the file; permission to copy, modify and distribute",
            "etspy 1.3.0, HAADF_Aligned.hspy, 18 November 2011; 128 bins of 32 slices, rounded to whole counts",
            "workbench",
            MappingProxyType({DATA: "data/example_files/tilt_series.h5"}),
        ),
        ExampleInfo(
            "bars",
            "Deconvolution in 3-D: hollow bars",
            "A made volume of 64 x 64 x 32 voxels, blurred by a microscope's point spread, noisy; its truth is known",
            _APACHE,
            "flowdec 1.1.0, datasets/bars-25pct, after the Biomedical Imaging Group, EPFL",
            "flowdec",
            _flowdec("bars", data="data", psf="kernel", truth="actual"),
            "examples",
        ),
        ExampleInfo(
            "bead",
            "Light microscopy in 3-D: a fluorescent bead",
            "A bead in a wide-field microscope, 64 x 64 x 64 voxels, with its point spread",
            _APACHE,
            "flowdec 1.1.0, datasets/bead-25pct, after the Biomedical Imaging Group, EPFL",
            "flowdec",
            _flowdec("bead", data="data", psf="kernel"),
            "examples",
        ),
        ExampleInfo(
            "ecg",
            "An electrocardiogram",
            "1024 samples in the steps of the converter",
            "none stated; shipped in PyWavelets (MIT)",
            "PyWavelets, pywt.data.ecg",
            "pywt",
            MappingProxyType({DATA: "data/ecg.npz"}),
        ),
    )
}
_UNITS = {"ecg": "ADC steps", "bars": "grey values", "bead": "grey values"}

if TYPE_CHECKING:
    Name = str
else:
    Name = Literal[tuple(EXAMPLES)]  # the menu, read from the one table


def example_array(name: str, part: str = DATA, variable: str = "") -> Tensor:
    """An array of an example as its file has it, such as the point spread: example_array("bars", "psf")."""
    found = load_array(EXAMPLES[one_of("the name of an example scan", name, EXAMPLES)].path(part), variable).tensor
    return called(found, "::".join(filter(None, (name, part, variable))))


@dataclass(frozen=True, eq=False)
class ExampleScan(Measured):
    """Data y of an example scan, by its name: as `Measured`, from a file that every installation can have.

    `variable` names the array and the slice in it. A description, an address and a saved run name the example and no
    folder of this machine.
    """

    data: Annotated[Name, "which example"] = "tilt_series"

    @property
    def example(self) -> str:
        return self.data

    @property
    def path(self) -> str:
        return str(EXAMPLES[self.data].path())

    @property
    def own_units(self) -> str:
        return self.units or _UNITS.get(self.data, "")
