"""Which format a file has, told by its first bytes and never by its name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.data.field import Fields
from workbench.data.readers import dicom, dicom_series, hdf5, netcdf, nifti, numpy_files, pictures, tiff, zarr_stores
from workbench.data.readers.instruments import fits, microscopes, mr_raw, mrc, segy, sidecar
from workbench.data.readers.plain import csv_tables, wav_sounds
from workbench.refusal import Refusal

_HEAD = 4104  # an HDF5 file may begin behind a block of its user


@dataclass(frozen=True)
class Format:
    """One format: its usual endings, whether a file begins like it, and its reader.

    `inside` looks further where several formats share a container.
    """

    name: str
    endings: tuple[str, ...]
    begins: Callable[[bytes], bool]
    fields: Callable[[Path], Fields]
    inside: Callable[[Path], bool] = lambda path: True

    def fits(self, head: bytes, path: Path) -> bool:
        return self.begins(head) and self.inside(path)


def _starts(*magic: bytes, at: tuple[int, ...] = (0,)) -> Callable[[bytes], bool]:
    return lambda head: any(head[k : k + len(m)] == m for m in magic for k in at)


def _is_dm(head: bytes) -> bool:
    """DigitalMicrograph 3 or 4: the version, the length, and how bytes are ordered."""
    order = head[8:12] if head[:4] == b"\0\0\0\3" else head[12:16] if head[:4] == b"\0\0\0\4" else b""
    return order in (b"\0\0\0\0", b"\0\0\0\1")


_zip = _starts(b"PK\x03\x04")
_ZARR = Format("Zarr", (".zarr", ".zip"), _zip, zarr_stores.fields, lambda path: zarr_stores.root(path) is not None)
_SERIES = Format("DICOM series", (), lambda head: False, dicom_series.fields)
_TIFF = _starts(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SEGY = 3600  # bytes of its headers
_HDF5 = _starts(b"\x89HDF\r\n\x1a\n", at=hdf5.STARTS)
FORMATS = (
    Format("DICOM", (".dcm",), _starts(b"DICM", at=(128,)), dicom.fields),  # first: its preamble may pose as a TIFF
    Format("PNG", (".png",), _starts(b"\x89PNG\r\n\x1a\n"), pictures.png),
    Format("JPEG", (".jpg", ".jpeg"), _starts(b"\xff\xd8\xff"), pictures.jpeg),
    Format("WebP", (".webp",), lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", pictures.webp),
    Format("WAV", (".wav",), wav_sounds.begins, wav_sounds.fields),
    Format("TIFF", (".tif", ".tiff"), _TIFF, tiff.fields),
    Format("NPY", (".npy",), _starts(b"\x93NUMPY"), numpy_files.npy),
    Format("NPZ", (".npz",), _zip, numpy_files.npz, numpy_files.is_npz),
    Format("ISMRMRD", (".mrd",), _HDF5, mr_raw.fields, hdf5.holds(mr_raw.begins)),
    Format("HyperSpy", (".hspy",), _HDF5, microscopes.reader("hspy"), hdf5.holds(microscopes.is_hyperspy)),
    Format("EMD", (".emd",), _HDF5, microscopes.reader("emd"), hdf5.holds(microscopes.is_emd)),
    Format("HDF5", (".h5", ".hdf5", ".hdf", ".nxs", ".nc", ".mat"), _HDF5, hdf5.fields),
    Format("NetCDF", (".nc",), _starts(b"CDF"), netcdf.fields),
    _ZARR,
    Format("FITS", (".fits", ".fit", ".fts"), _starts(b"SIMPLE  ="), fits.fields),
    Format("DigitalMicrograph", (".dm3", ".dm4"), _is_dm, microscopes.reader("digitalmicrograph")),
    Format("TIA", (".ser",), _starts(b"II\x97\x01"), microscopes.reader("tia")),
    # What a file beside them, or their own length, has to tell.
    Format("BART", (".cfl",), lambda head: True, sidecar.bart, sidecar.is_bart),
    Format("ENVI", (".img",), lambda head: True, sidecar.envi, sidecar.is_envi),
    Format("MRC", (".mrc", ".rec", ".ali", ".st"), mrc.begins, mrc.fields, mrc.inside),
    Format(
        "SEG-Y", (".sgy", ".segy"), lambda head: len(head) > _SEGY, segy.fields, lambda path: bool(segy.order(path))
    ),
    Format("NIfTI", (".nii", ".nii.gz"), nifti.may_begin, nifti.fields, nifti.begins),
    Format("DICOM", (".dcm",), dicom.begins_bare, dicom.fields),  # two bytes and a guess
    Format("CSV", csv_tables.ENDINGS, lambda head: True, csv_tables.fields, csv_tables.is_table),  # last: any text
)
# Known and not read: SciPy's reader of MATLAB 5 to 7 ends the whole process on damaged files.
_OLD_MATLAB = _starts(b"MATLAB 5.0")
_AGAIN = "save it again in one of them"
SUPPORTED = ", ".join(dict.fromkeys(f.name for f in FORMATS))


def recognise(path: Path, name: str) -> Format:
    """The format of an existing file or folder; Refusal for none, for an empty file and for a plain folder."""
    if path.is_dir():
        found = _ZARR if zarr_stores.root(path) is not None else _SERIES if dicom_series.is_series(path) else None
        if found is None:
            wanted = "a file, or a folder that is a Zarr store or a series of DICOM"
            raise Refusal(wanted, f"the folder {name!r}", "name a file in it")
        return found
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise Refusal("a file with content", f"{name!r}, which is empty", "save or copy it again")
    try:
        found = next((f for f in FORMATS if f.fits(head, path)), None)
    except Refusal:
        raise
    except Exception as error:  # the directory of a damaged zip file raises many kinds
        came = f"{name!r}, which breaks off or is damaged ({error})"
        raise Refusal("a whole file", came, "save or copy it again") from error
    if found is None and _OLD_MATLAB(head):
        remedy = "save it in MATLAB with -v7.3, or in Python by np.savez of what scipy.io.loadmat gives"
        raise Refusal("MATLAB 7.3, which is HDF5", f"{name!r} of an older version of MATLAB", remedy)
    if found is None:
        told = named(name)
        came = f"{name!r}, whose name says {told.name} and whose content is not" if told else f"{name!r}, which is none"
        alone = name.lower().endswith((".hdr", ".cfl", ".img"))
        remedy = "lay the other of its pair beside, NAME.hdr, or send both in one ZIP" if alone else _AGAIN
        raise Refusal(f"a file of one of these formats: {SUPPORTED}", came, remedy)
    return found


def named(name: str) -> Format | None:
    """The format that the ending of a name promises."""
    return next((f for f in FORMATS if name.lower().endswith(f.endings)), None)
