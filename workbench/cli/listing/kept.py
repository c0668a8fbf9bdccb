"""The catalogue as plain JSON, kept for the next process: a second `workbench list` imports no torch."""

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

Members = list[dict[str, Any]]

_PACKAGE = Path(__file__).parents[2]


def folder() -> Path:
    """Where it is kept: in XDG_CACHE_HOME, else in the home of the user. What is there can be deleted at any time."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if named else Path.home() / ".cache") / "inverse-workbench" / "catalogue"


def recalled(kind: str) -> Members | None:
    """The members of a kind as the sources have them now; None where none are kept or something has changed since."""
    try:
        found = json.loads((folder() / f"{kind}.json").read_text())
        return found["members"] if found["of"] == fingerprint(_PACKAGE) else None
    except (OSError, ValueError, KeyError, TypeError):  # none, or not one that `keep` wrote whole
        return None


def keep(kind: str, members: Members) -> Members:
    """The members as they are read back; kept where the folder can be written, else found anew each time."""
    text = json.dumps({"of": fingerprint(_PACKAGE), "members": members})
    with suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder(), delete=False) as file:
            file.write(text)
        Path(file.name).replace(folder() / f"{kind}.json")
    return json.loads(text)["members"]


@functools.cache
def fingerprint(package: Path) -> str:
    """What the catalogue depends on: the files of the package by name, time and size, this Python and its packages."""
    found = hashlib.sha256(repr((sys.version, sys.prefix)).encode())
    for place in site.getsitepackages():  # its time is that of the last package installed or removed
        found.update(f"{place} {Path(place).stat().st_mtime_ns if Path(place).exists() else 0}\n".encode())
    for path, folders, files in os.walk(package):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            stat = os.stat(os.path.join(path, name))  # noqa: PTH116, PTH118 - a thousand files: paths take ten times as long
            found.update(f"{path}/{name} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    return found.hexdigest()
