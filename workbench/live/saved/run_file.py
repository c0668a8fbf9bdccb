"""A saved run that somebody brings: known by its bytes, and read without reaching beyond them."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import records
from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

_HDF5 = b"\x89HDF\r\n\x1a\n"
_MOST = 2**29  # bytes of all arrays, unpacked
_PLACES = ("path", "data")  # arguments of sources that name a file
STATELESS = "This run keeps no state of its algorithm: Play goes on from its picture, not bit for bit as it would have."


def is_run(content: bytes) -> bool:
    """Whether these are the bytes of a run: NetCDF-4 with a description and iterations. Nothing else is read."""
    if not content.startswith(_HDF5):
        return False
    import h5py

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            return "spec" in file.attrs and "k" in file
    except Exception:  # damaged, of which h5py says whatever it likes: whoever reads it says how
        return False


@contextmanager
def whole_run() -> Iterator[None]:
    """What fails on a description or arrays that no workbench wrote so is a Refusal."""
    try:
        yield
    except Refusal:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, RuntimeError, ArithmeticError) as error:
        came = f"one that does not make sense ({type(error).__name__}: {error})"
        raise Refusal("a saved run", came, "save the run again with the workbench") from error


def brought(path: Path) -> "xr.Dataset":
    """The run of a file that came from elsewhere; Refusal where it is none, is too large, or points to other files.

    Names of files in its description are names only: what they hold is what the run keeps, not what lies here.
    """
    _require_plain(path)
    result = records.load(path)
    spec = _nowhere(json.loads(result.attrs["spec"]), path.parent / "not here")
    return result.assign_attrs(spec=json.dumps(spec))


def _require_plain(path: Path) -> None:
    """Before anything is unpacked: arrays of this very file, of a size that memory has room for."""
    import h5py

    remedy, size = "save the run again with the workbench", 0
    file: Any
    try:
        with h5py.File(path, "r") as file:
            for name in file:
                here = isinstance(file.get(name, getlink=True), h5py.HardLink)
                node = file[name] if here else None
                if not isinstance(node, h5py.Dataset) or node.external or node.is_virtual:
                    raise Refusal("a run that holds its arrays", f"one whose {name} lies elsewhere", remedy)
                size += node.size * node.dtype.itemsize
    except Refusal:
        raise
    except Exception as error:  # h5py raises whatever it likes of a damaged file
        raise Refusal("a saved run in NetCDF", f"{path.name} ({error})", remedy) from error
    if size > _MOST:
        raise Refusal(f"a run of at most {_MOST // 2**20} MB", f"{size / 2**20:,.0f} MB", "open it on your own machine")


def _nowhere(told: Any, place: Path) -> Any:
    """A description in which each source that is a file is one of that name in a folder that is not there."""
    if isinstance(told, list):
        return [_nowhere(item, place) for item in told]
    if not isinstance(told, Mapping):
        return told
    new = {name: _nowhere(value, place) for name, value in told.items()}
    files = {name: told[name] for name in _PLACES if isinstance(told.get(name), str)}
    return new | {name: str(place / file.replace("\\", "/").rpartition("/")[2]) for name, file in files.items()}
