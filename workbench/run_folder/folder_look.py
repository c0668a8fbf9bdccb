"""One look at a folder: which files of runs and of tags there are, how old and how large, and who writes."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from workbench.refusal import Refusal
from workbench.run_folder.run_summary import ENDING
from workbench.run_folder.run_tags import run_of

Stamp = tuple[int, int]  # the time of the last change in ns, and the size: a file of the same two is the same
Stamps = tuple[int, int, int | None, int | None]  # those of a run, and of its tags, where there are any
_MARK = f"{ENDING}.writing"  # the end of the name of a lock


@dataclass(frozen=True)
class FolderLook:
    """Stamps of the runs and of their tags, by the names of runs, and the runs that somebody may be writing."""

    runs: dict[str, Stamp] = field(default_factory=dict)
    tags: dict[str, Stamp] = field(default_factory=dict)
    marked: set[str] = field(default_factory=set)

    @classmethod
    def at(cls, folder: Path) -> "FolderLook":
        """Without opening any file; a folder that is not there has none. A name that is no UTF-8 is passed over.

        Refusal where there is no folder of that name to read: a file, one that is not ours, a name that is too long.
        """
        found = cls()
        try:
            entries = os.scandir(folder)
        except FileNotFoundError:
            return found
        except (OSError, ValueError) as error:  # a file, not ours to read, a name that cannot be one
            came = f"{folder} ({getattr(error, 'strerror', None) or error})"
            raise Refusal("a folder of runs that can be read", came, "name another folder") from error
        with entries:
            for entry in entries:  # ten thousand of them: what is done for each counts
                name = entry.name
                if not _is_text(name):  # no index, terminal or page can write such a name
                    continue
                if name.endswith(ENDING) and name[0] != ".":
                    found._see(entry, found.runs, name[: -len(ENDING)])
                elif name.endswith(_MARK) and name[0] == ".":
                    found.marked.add(name[1 : -len(_MARK)])
                elif run := run_of(name):
                    found._see(entry, found.tags, run)
        return found

    def stamps(self, name: str) -> Stamps:
        """How a run and its tags look now."""
        changed, size = self.runs[name]
        of_tags, tags_size = self.tags.get(name, (None, None))
        return changed, size, of_tags, tags_size

    @staticmethod
    def _see(entry: "os.DirEntry[str]", kind: dict[str, Stamp], run: str) -> None:
        try:
            stat = entry.stat()
        except OSError:  # deleted a moment ago
            return
        kind[run] = (stat.st_mtime_ns, stat.st_size)


def is_file(path: Path) -> bool:
    """Whether there is a file of this name that may be seen; False, too, where no file can have it."""
    try:
        return path.is_file()
    except OSError:
        return False


def _is_text(name: str) -> bool:
    """Whether a name has letters only: the system gives bytes that are no UTF-8 as halves of letters."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
