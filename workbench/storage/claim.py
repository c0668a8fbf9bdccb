"""One writer a file: a claim that ends with its process, and the names of what a killed writer leaves behind.

While `run.nc` is written, `.run.nc.writing` is locked and says by whom; `.run.nc.part` becomes `run.nc` once whole. The
lock is the system's: it ends with the process, by kill -9 too. A name that nobody has locked is a leftover.
"""

import json
import os
import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from workbench.refusal import Refusal
from workbench.storage.layout import write

try:
    import fcntl
except ModuleNotFoundError:  # another system than Linux and macOS
    fcntl = None

if TYPE_CHECKING:
    import xarray as xr

_WRITING, _PART = ".writing", ".part"
_ELSEWHERE = "choose a file in a folder that exists and can be written"
_TRIES, _PAUSE = 5, 0.02  # who only asks whether a file is claimed holds its lock for microseconds


class Claim:
    """The right to write a file: `with Claim(path) as claim: claim.write(dataset)`, as often as one likes.

    Each write replaces the file at once, when it is on the disk whole. Refusal where somebody else writes the file,
    and where the folder cannot be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if self.path.is_dir():
            raise Refusal("a file that can be written", f"{path}, which is a folder", _ELSEWHERE)
        if not self.path.parent.is_dir():
            raise Refusal("a file in a folder that exists", str(path), f"make the folder {self.path.parent} first")
        self._lock = _beside(self.path, _WRITING)
        self._part = _beside(self.path, _PART)
        self._handle = self._locked()
        who = {"process": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
        with suppress(OSError):  # who it is helps, and the lock holds without it: the disk may be full
            os.truncate(self._handle, 0)
            os.pwrite(self._handle, json.dumps(who).encode(), 0)

    def write(self, dataset: "xr.Dataset") -> None:
        """Put the dataset in place of the file, or leave that as it is: Refusal where the disk is full."""
        try:
            write(dataset, self._part)
            self._part.replace(self.path)
            _through(self.path.parent)
        except OSError as error:
            raise Refusal(
                f"to write {self.path}", _reason(error), "make room there, or name a file elsewhere"
            ) from error
        finally:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)

    def end(self) -> None:
        """Leave the file to others."""
        with suppress(OSError):
            self._lock.unlink(missing_ok=True)
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def _locked(self) -> int:
        """The lock's file, open and locked."""
        for _ in range(_TRIES):
            try:
                handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError as error:
                raise Refusal("a file that can be written", f"{self.path} ({_reason(error)})", _ELSEWHERE) from error
            if not _taken(handle):
                if _is_at(handle, self._lock):
                    return handle
            else:
                time.sleep(_PAUSE)
            os.close(handle)
        came = f"{self.path}, which {_writer(self._lock)} is writing"
        raise Refusal("a file that nobody else writes", came, "wait until it has ended, or give another name")


def new_claim(folder: Path, stem: str, ending: str = ".nc") -> Claim:
    """The claim of a file in the folder that nobody has or writes: where the name is taken, with a number."""
    for number in count(1):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}{ending}"
        if path.exists() or is_claimed(path):
            continue
        claim = Claim(path)
        if not path.exists():
            return claim
        claim.end()
    raise AssertionError("numbers do not end")


def is_claimed(path: Path) -> bool:
    """Whether a process that lives writes this file."""
    return _is_locked(_beside(path, _WRITING))


@dataclass(frozen=True)
class Leftover:
    """Files that a killed writer left beside the one it wrote, `target`, which may be there or not."""

    target: Path
    files: tuple[Path, ...]

    def clean(self) -> None:
        """Delete them; Refusal where that is not allowed."""
        for file in self.files:
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                remedy = "ask whoever owns the folder"
                raise Refusal("a folder that can be written", f"{file} ({_reason(error)})", remedy) from error


def leftovers(folder: Path) -> list[Leftover]:
    """What killed writers left in a folder, by the file that they wrote."""
    found: dict[Path, list[Path]] = {}
    for file, target in _marks(folder):
        if not is_claimed(target):
            found.setdefault(target, []).append(file)
    return [Leftover(target, tuple(files)) for target, files in sorted(found.items())]


def _marks(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each file of a writer, and what it writes."""
    for ending in (_WRITING, _PART):
        for file in folder.glob(f".*{ending}"):
            yield file, folder / file.name[1 : -len(ending)]


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}{ending}")


def _is_locked(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_RDWR)
    except OSError:
        return False
    try:
        return _taken(handle)
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    """Whether somebody else has the lock; else it is ours until the handle is closed."""
    if fcntl is None:
        warnings.warn("this system has no locks of files: nothing keeps two processes from one file", stacklevel=4)
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError as error:
        said = f"this disk has no locks of files ({_reason(error)}): nothing keeps two processes from one file"
        warnings.warn(said, stacklevel=4)
    return False


def _is_at(handle: int, path: Path) -> bool:
    """Whether the open file still has its name: its last owner may have deleted it meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


def _writer(lock: Path) -> str:
    try:
        who: dict[str, Any] = json.loads(lock.read_text())
        return f"process {who['process']} on {who['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _through(folder: Path) -> None:
    """Names reach the disk, too, where the system can say so of a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
