"""What is kept for the next process, where making it takes long: of the sources as they are now, and of no others."""

import functools
import hashlib
import json
import os
import site
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent


def folder() -> Path:
    """In XDG_CACHE_HOME, else in the home of the user. What is there can be deleted at any time."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    try:
        place = Path(named) if named else Path.home() / ".cache"
    except RuntimeError:  # a user without a home, as in a container: nothing can be kept, nor read, there
        place = Path(os.devnull)
    return place / "inverse-workbench"


def recalled(name: str) -> Any:
    """The JSON kept under a name as the sources are now; None where there is none, or something has changed."""
    try:
        found = json.loads(_file(name).read_text())
        return found["value"] if found["of"] == fingerprint() else None
    except (OSError, ValueError, KeyError, TypeError):  # none, or not one that `keep` wrote whole
        return None


def keep(name: str, value: Any) -> None:
    """Keep JSON whole under a name, or, where the folder cannot be written, not at all: it is made anew each time."""
    path = _file(name)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            json.dump({"of": fingerprint(), "value": value}, file)
        Path(file.name).replace(path)


def _file(name: str) -> Path:
    return folder() / f"{name}.json"


def fingerprint() -> str:
    """What everything made by the package depends on."""
    return fingerprint_of(_PACKAGE)


@functools.cache
def fingerprint_of(package: Path) -> str:
    """The files of the package by name, time and size, this Python and its packages."""
    found = hashlib.sha256(repr((sys.version, sys.prefix)).encode())
    for place in site.getsitepackages():  # its time is that of the last package installed or removed
        found.update(f"{place} {Path(place).stat().st_mtime_ns if Path(place).exists() else 0}\n".encode())
    for path, folders, files in os.walk(package):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            stat = os.stat(os.path.join(path, name))  # noqa: PTH116, PTH118 - a thousand files: paths take ten times as long
            found.update(f"{path}/{name} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    return found.hexdigest()
