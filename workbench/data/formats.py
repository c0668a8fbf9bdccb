"""Which format a file has, told by its first bytes and never by its name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.data import arrays, medical, pictures
from workbench.data.field import Fields
from workbench.refusal import Refusal

_HEAD = 400


@dataclass(frozen=True)
class Format:
    """One format: its usual endings, the bytes (offset, magic) it begins with, and its reader.

    `inside` looks further where several formats share a container.
    """

    name: str
    endings: tuple[str, ...]
    magic: tuple[tuple[int, bytes], ...]
    fields: Callable[[Path], Fields]
    inside: Callable[[Path], bool] = lambda path: True

    def fits(self, head: bytes, path: Path) -> bool:
        return any(head[at : at + len(m)] == m for at, m in self.magic) and self.inside(path)


_ZIP = ((0, b"PK\x03\x04"),)
_ZARR = Format("Zarr", (".zarr", ".zip"), _ZIP, arrays.zarr, lambda path: arrays.zarr_root(path) is not None)
FORMATS = (
    Format("DICOM", (".dcm",), ((128, b"DICM"),), medical.dicom),  # first: its preamble may pose as a TIFF
    Format("PNG", (".png",), ((0, b"\x89PNG\r\n\x1a\n"),), pictures.png),
    Format("JPEG", (".jpg", ".jpeg"), ((0, b"\xff\xd8\xff"),), pictures.jpeg),
    Format("TIFF", (".tif", ".tiff"), tuple((0, m) for m in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")), pictures.tiff),
    Format("NPY", (".npy",), ((0, b"\x93NUMPY"),), arrays.npy),
    Format("NPZ", (".npz",), _ZIP, arrays.npz, arrays.is_npz),
    Format("NetCDF", (".nc", ".h5", ".hdf5"), ((0, b"CDF"), (0, b"\x89HDF\r\n\x1a\n")), arrays.netcdf),
    _ZARR,
    Format(
        "NIfTI", (".nii", ".nii.gz"), ((0, b"\x1f\x8b"), (344, b"n+1"), (4, b"n+2")), medical.nifti, medical.is_nifti
    ),
)
SUPPORTED = ", ".join(f.name for f in FORMATS)


def recognise(path: Path, name: str) -> Format:
    """The format of an existing file or folder; Refusal for none, for an empty file and for a plain folder."""
    if path.is_dir():
        if arrays.zarr_root(path) is None:
            raise Refusal("a file, or a folder that is a Zarr store", f"the folder {name!r}", "name a file in it")
        return _ZARR
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise Refusal("a file with content", f"{name!r}, which is empty", "save or copy it again")
    try:
        found = next((f for f in FORMATS if f.fits(head, path)), None)
    except Exception as error:  # the directory of a damaged zip file raises many kinds
        came = f"{name!r}, which breaks off or is damaged ({error})"
        raise Refusal("a whole NPZ or zipped Zarr file", came, "save or copy it again") from error
    if found is None:
        told = named(name)
        came = f"{name!r}, whose name says {told.name} and whose content is not" if told else f"{name!r}, which is none"
        raise Refusal(f"a file of one of these formats: {SUPPORTED}", came, "save it again in one of them")
    return found


def named(name: str) -> Format | None:
    """The format that the ending of a name promises."""
    return next((f for f in FORMATS if name.lower().endswith(f.endings)), None)
