"""The signals that come with the workbench: offline, each one entry of `SIGNALS`."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from torch import Tensor

from workbench.data import formulas
from workbench.data.field import need
from workbench.data.files import load_described
from workbench.data.resampling import require_size, to_square
from workbench.data.scaling import Limits
from workbench.refusal import Refusal

LEAST, MOST = 8, 4096
SOFT_TISSUE = (-160.0, 240.0)  # Hounsfield units: centre 40, width 400

Kind = Literal["photograph", "scientific", "CT", "MR", "phantom", "1-D"]


@dataclass(frozen=True)
class Packaged:
    """A signal in a file that an installed package carries: its central square, resampled, in [0, 1]."""

    package: str
    file: str
    variable: str = ""
    window: Limits | None = None

    def __call__(self, size: int) -> Tensor:
        path = Path(need(self.package).__file__).parent / self.file
        return to_square(load_described(path, self.variable, window=self.window).tensor, size).clamp(0, 1)


@dataclass(frozen=True)
class Info:
    """What is known of one shipped signal; `native` is its own size, empty where a formula gives any size."""

    name: str
    title: str
    kind: Kind
    channels: int
    native: tuple[int, ...]
    licence: str
    source: str
    make: Callable[[int], Tensor] = field(repr=False)


def _image(file: str) -> Packaged:
    return Packaged("skimage", f"data/{file}")


def _dicom(file: str, window: Limits | None = None) -> Packaged:
    return Packaged("pydicom", f"data/test_files/{file}", window=window)


_CC0, _PUBLIC, _OURS = "CC0", "public domain", "MIT, as the workbench"
_UNRESTRICTED = "no known copyright restrictions"
_NONE = "none stated; shipped in {}"
_SKIMAGE, _PYWT = _NONE.format("scikit-image (BSD-3-Clause)"), _NONE.format("PyWavelets (MIT)")
_PYDICOM = "none stated; pydicom (MIT) ships it, believing there is no restriction"
_GDCM = "BSD-3-Clause (GDCM)"
_WINDOW = "soft-tissue window -160 to 240 HU"

# fmt: off
SIGNALS = (
    Info("camera", "Photographer behind a camera", "photograph", 1, (512, 512), _CC0,
         "PyWavelets, scikit-image; Lav Varshney", Packaged("pywt", "data/camera.npz", "data")),
    Info("astronaut", "Eileen Collins, astronaut", "photograph", 3, (512, 512), _PUBLIC,
         "scikit-image; NASA Great Images", _image("astronaut.png")),
    Info("chelsea", "Chelsea the cat", "photograph", 3, (300, 451), _CC0,
         "scikit-image; Stefan van der Walt", _image("chelsea.png")),
    Info("coffee", "A cup of coffee", "photograph", 3, (400, 600), _CC0,
         "scikit-image; Rachel Michetti", _image("coffee.png")),
    Info("coins", "Greek coins from Pompeii", "photograph", 1, (303, 384), _UNRESTRICTED,
         "scikit-image; Brooklyn Museum", _image("coins.png")),
    Info("brick", "A brick wall", "photograph", 1, (512, 512), _CC0,
         "scikit-image; CC0Textures", _image("brick.png")),
    Info("text", "Handwriting on paper", "photograph", 1, (172, 448), _PUBLIC,
         "scikit-image; Wikipedia", _image("text.png")),
    Info("page", "A scanned page, unevenly lit", "photograph", 1, (191, 384), _SKIMAGE,
         "scikit-image", _image("page.png")),
    Info("moon", "Surface of the Moon", "scientific", 1, (512, 512), _SKIMAGE,
         "scikit-image", _image("moon.png")),
    Info("hubble", "Hubble eXtreme Deep Field", "scientific", 3, (872, 1000), _PUBLIC,
         "scikit-image; NASA, HubbleSite", _image("hubble_deep_field.jpg")),
    Info("cell", "A cell in saline, quantitative phase", "scientific", 1, (660, 550), _CC0,
         "scikit-image; Mueller et al., Optics Express 2018", _image("cell.png")),
    Info("histology", "Colonic glands, immunohistochemical stain", "scientific", 3, (512, 512), _UNRESTRICTED,
         "scikit-image; Center for Microscopy and Molecular Imaging", _image("ihc.png")),
    Info("retina", "A human retina", "scientific", 3, (1411, 1411), _CC0,
         "scikit-image; Haeggstroem, WikiJournal of Medicine 2014", _image("retina.jpg")),
    Info("ct_head", f"Head at the base of the skull, {_WINDOW}", "CT", 1, (512, 512), _PYDICOM,
         "pydicom; its issue 1149", _dicom("J2K_pixelrep_mismatch.dcm", SOFT_TISSUE)),
    Info("ct_spine", f"Thoracic spine, {_WINDOW}", "CT", 1, (128, 128), _PYDICOM,
         "pydicom; NEMA WG04 sample CT1, downsized", _dicom("CT_small.dcm", SOFT_TISSUE)),
    Info("mr_abdomen", "Abdomen with kidneys and liver", "MR", 1, (300, 484), _GDCM,
         "pydicom; GDCM test data", _dicom("examples_overlay.dcm")),
    Info("mr_brain", "Brain, a slice of a 4-D series", "MR", 1, (96, 128), "MIT (nibabel)",
         "nibabel; example4d.nii.gz", Packaged("nibabel", "tests/data/example4d.nii.gz", "[0, 12]")),
    Info("mr_small", "A small slice", "MR", 1, (64, 64), _PYDICOM,
         "pydicom; NEMA WG04 sample MR1, downsized", _dicom("MR_small.dcm")),
    Info("shepp_logan", "Modified Shepp-Logan phantom", "phantom", 1, (), _OURS,
         "formula; Shepp & Logan 1974, Toft 1996", formulas.shepp_logan),
    Info("siemens_star", "Siemens star of 24 spokes", "phantom", 1, (), _OURS,
         "formula", formulas.siemens_star),
    Info("ecg", "Electrocardiogram", "1-D", 1, (1024,), _PYWT,
         "PyWavelets", Packaged("pywt", "data/ecg.npz", "data")),
    Info("blocks", "Piecewise constant test signal", "1-D", 1, (), _OURS,
         "formula; Donoho & Johnstone 1994", formulas.blocks),
)
# fmt: on
_BY_NAME = {entry.name: entry for entry in SIGNALS}


def names() -> tuple[str, ...]:
    """The names that `truth` knows."""
    return tuple(_BY_NAME)


def info(name: str) -> Info:
    """What is known of a shipped signal; Refusal for an unknown name, with the nearest one."""
    if name not in _BY_NAME:
        near = [f"did you mean {close!r}? " for close in difflib.get_close_matches(str(name), _BY_NAME, n=1)]
        remedy = "".join(near) + f"there are {', '.join(_BY_NAME)}"
        raise Refusal("the name of a shipped signal", repr(name), remedy)
    return _BY_NAME[name]


def truth(name: str, size: int = 256) -> Tensor:
    """A shipped signal in [0, 1]: float32, (1, C, size, size), or (1, C, size) for a 1-D signal.

    Pictures are cut to their central square, then resampled with antialiasing; CT is shown in SOFT_TISSUE, MR between
    its smallest and largest value. Refusal for an unknown name and for a size outside 8..4096.
    """
    found = info(name)
    require_size(size, LEAST, MOST)
    return found.make(size)
