"""The right to write a run, now and then and whole each time, and the names of what a killed writer leaves behind.

While `run.nc` is written, `.run.nc.writing` is locked; `.run.nc.part` becomes `run.nc` once whole. A name that nobody
has locked is a leftover.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Self

from workbench.refusal import Refusal
from workbench.storage.file_lock import ELSEWHERE, WRITING, FileLock, beside, is_locked, reason
from workbench.storage.layout import write

if TYPE_CHECKING:
    import xarray as xr

_PART = ".part"


class Claim:
    """The right to write a file: `with Claim(path) as claim: claim.write(dataset)`, as often as one likes.

    Each write replaces the file at once, when it is on the disk whole. Refusal where somebody else writes the file,
    and where the folder cannot be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if self.path.is_dir():
            raise Refusal("a file that can be written", f"{path}, which is a folder", ELSEWHERE)
        if not self.path.parent.is_dir():
            raise Refusal("a file in a folder that exists", str(path), f"make the folder {self.path.parent} first")
        self._part = beside(self.path, _PART)
        self._lock = FileLock(self.path)

    def write(self, dataset: "xr.Dataset") -> None:
        """Put the dataset in place of the file, or leave that as it is: Refusal where the disk is full."""
        try:
            write(dataset, self._part)
            self._part.replace(self.path)
            _through(self.path.parent)
        except OSError as error:
            raise Refusal(
                f"to write {self.path}", reason(error), "make room there, or name a file elsewhere"
            ) from error
        finally:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)

    def end(self) -> None:
        """Leave the file to others."""
        self._lock.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()


def new_claim(folder: Path, stem: str, ending: str = ".nc") -> Claim:
    """The claim of a file in the folder that nobody has or writes: where the name is taken, with a number."""
    for number in count(1):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}{ending}"
        if path.exists() or is_locked(path):
            continue
        claim = Claim(path)
        if not path.exists():
            return claim
        claim.end()
    raise AssertionError("numbers do not end")


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
                raise Refusal("a folder that can be written", f"{file} ({reason(error)})", remedy) from error


def leftovers(folder: Path) -> list[Leftover]:
    """What killed writers left in a folder, by the file that they wrote."""
    found: dict[Path, list[Path]] = {}
    for file, target in _marks(folder):
        if not is_locked(target):
            found.setdefault(target, []).append(file)
    return [Leftover(target, tuple(files)) for target, files in sorted(found.items())]


def _marks(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each file of a writer, and what it writes."""
    for ending in (WRITING, _PART):
        for file in folder.glob(f".*{ending}"):
            yield file, folder / file.name[1 : -len(ending)]


def _through(folder: Path) -> None:
    """Names reach the disk, too, where the system can say so of a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
