"""Where the bytes of an HDF5 file lie: an array may be kept in other files, or nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.data.field import need
from workbench.refusal import Refusal

_HERE = "."  # how a virtual array names its own file
_NUMBER = "%b"  # in the name of a source, the number of a block
_DEEP = 8  # arrays put together from arrays that are put together themselves


def require_here(path: Path) -> None:
    """Refuse an HDF5 file of whose arrays one is refused by `require_numbers`. A file that does not open passes."""
    try:
        file = need("h5py").File(path, "r")
    except OSError:
        return
    with file:
        file.visititems(lambda name, node: require_numbers(path, name, node))


def require_numbers(path: Path, name: str, node: Any, depth: int = 0) -> None:
    """Refuse an array that is kept in a plain file, or put together from arrays that are not in the folder of this one.

    HDF5 fills with zeros, without a word, what a virtual array takes from a file that is not there; and where a server
    reads what a person brings, a path inside would open any file of that server.
    """
    if not isinstance(node, need("h5py").Dataset):
        return
    if node.external or depth > _DEEP:
        came = f"{name!r}, whose numbers lie in {node.external[0][0]!r}" if node.external else f"{name!r}, a circle"
        raise Refusal("arrays kept in the file itself", came, "copy them into one: h5repack OLD.h5 NEW.h5")
    for source in node.virtual_sources() if node.is_virtual else ():
        with _source(path, source) as found:
            if found is None:
                came = f"{name!r}, a part of which, {source.dset_name} in {source.file_name!r}, is not there"
                raise Refusal("all files of a virtual array in one folder", came, "copy them into one folder")
            require_numbers(path, name, found, depth + 1)


@contextmanager
def _source(path: Path, source: Any) -> Iterator[Any]:
    """The array that a virtual one takes a part from, the first where a number counts them; None where it is not there.

    Told by an absolute path, or one that leads out of the folder, it is not there either.
    """
    folder, told = path.parent.resolve(), source.file_name.replace(_NUMBER, "0")
    other = path.resolve() if told == _HERE else (folder / told).resolve()
    if Path(told).is_absolute() or not other.is_relative_to(folder) or not other.is_file():
        yield None
        return
    with need("h5py").File(other, "r") as file:
        yield file.get(source.dset_name.replace(_NUMBER, "0"))


def lies_here(path: Path, node: Any) -> bool:
    """Whether an array that a link leads to lies in the file itself, or in one of its folder or below."""
    return Path(node.file.filename).resolve().is_relative_to(path.parent.resolve())
