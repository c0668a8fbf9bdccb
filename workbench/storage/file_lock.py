"""One writer a file: a lock that ends with its process, by kill -9 too, and says whose it is."""

import json
import os
import socket
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from workbench.refusal import Refusal

try:
    import fcntl
except ModuleNotFoundError:  # another system than Linux and macOS
    fcntl = None

WRITING = ".writing"
ELSEWHERE = "choose a file in a folder that exists and can be written"
_PATIENCE, _PAUSE = 0.1, 0.02  # seconds; who only asks whether a file is locked holds its lock for microseconds


class FileLock:
    """Held from its making until `end`, or as `with FileLock(path):`, for a file or a folder of that name.

    While it is held, `.NAME.writing` beside it is locked by the system and says by whom. Refusal where somebody else
    holds it for longer than `patience` seconds, and where the folder around it cannot be written.
    """

    def __init__(self, path: str | Path, patience: float = _PATIENCE) -> None:
        self._path, self._tries = Path(path), max(1, round(patience / _PAUSE))
        self._mark = beside(self._path, WRITING)
        self._handle = self._locked()
        who = {"process": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
        with suppress(OSError):  # who it is helps, and the lock holds without it: the disk may be full
            os.truncate(self._handle, 0)
            os.pwrite(self._handle, json.dumps(who).encode(), 0)

    def end(self) -> None:
        """Leave the name to others."""
        with suppress(OSError):
            self._mark.unlink(missing_ok=True)
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def _locked(self) -> int:
        """The file of the lock, open and locked."""
        for _ in range(self._tries):
            try:
                handle = os.open(self._mark, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError as error:
                raise Refusal("a file that can be written", f"{self._path} ({reason(error)})", ELSEWHERE) from error
            if not _taken(handle):
                if _is_at(handle, self._mark):
                    return handle
            else:
                time.sleep(_PAUSE)
            os.close(handle)
        came = f"{self._path}, which {_writer(self._mark)} is writing"
        raise Refusal("a file that nobody else writes", came, "wait until it has ended, or give another name")


def is_locked(path: Path) -> bool:
    """Whether a process that lives holds the lock of this name."""
    try:
        handle = os.open(beside(path, WRITING), os.O_RDWR)
    except OSError:
        return False
    try:
        return _taken(handle)
    finally:
        os.close(handle)


def beside(path: Path, ending: str) -> Path:
    """The name of a mark of a file, which is nobody's own: `.NAME` and an ending."""
    return path.with_name(f".{path.name}{ending}")


def reason(error: OSError) -> str:
    """What the system says."""
    return error.strerror or str(error)


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
        said = f"this disk has no locks of files ({reason(error)}): nothing keeps two processes from one file"
        warnings.warn(said, stacklevel=4)
    return False


def _is_at(handle: int, path: Path) -> bool:
    """Whether the open file still has its name: its last owner may have deleted it meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


def _writer(mark: Path) -> str:
    try:
        who: dict[str, Any] = json.loads(mark.read_text())
        return f"process {who['process']} on {who['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
