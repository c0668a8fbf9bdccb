"""Tags and a note of a run: a small file beside it, which moves and goes with it."""

import json
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.refusal import Refusal, listed

_ENDING = ".tags.json"
_FORMAT = 1
PATIENCE = 10.0  # seconds for which one writer waits for another, who holds the file for milliseconds
_UNSHOWN = ("Cc", "Cs")  # categories of Unicode: control characters, and halves of letters
LONGEST_TAG, LONGEST_NOTE = 40, 2000  # letters


@dataclass(frozen=True)
class RunTags:
    """The tags of a run, sorted, and a note; `remark` says why they are not known, where they cannot be read."""

    tags: tuple[str, ...] = ()
    note: str = ""
    remark: str = ""

    def changed(self, add: Iterable[str], remove: Iterable[str], note: str | None) -> "RunTags":
        """With tags added and removed, and another note where one is given; Refusal for what is no tag, or not here."""
        gone, kept = {name.strip() for name in remove}, set(self.tags)
        if unknown := sorted(gone - kept):
            known = f"it has {listed(self.tags)}" if self.tags else "it has none"
            raise Refusal("a tag of the run to remove", repr(unknown[0]), known)
        text = self.note if note is None else " ".join(note.split())
        if not _is_plain(text):
            raise Refusal("a note without control characters", repr(text), "leave them out")
        if len(text) > LONGEST_NOTE:
            raise Refusal(f"a note of at most {LONGEST_NOTE} letters", str(len(text)), "keep the rest in a file")
        return RunTags(tuple(sorted(kept - gone | {_tag(name) for name in add})), text)


def sidecar(run: Path) -> Path:
    """Where the tags of a run stand: NAME.tags.json beside NAME.nc."""
    return run.with_name(f"{run.stem}{_ENDING}")


def run_of(name: str) -> str | None:
    """The name of the run whose tags a file of this name holds; None for any other file."""
    return name.removesuffix(_ENDING) if name.endswith(_ENDING) else None


def read(run: Path) -> RunTags:
    """The tags of a run; none where there is no file, and a remark where it cannot be understood."""
    try:
        text = sidecar(run).read_text(encoding="utf-8")
    except FileNotFoundError:
        return RunTags()
    except (OSError, UnicodeDecodeError) as error:
        return RunTags(remark=f"its tags cannot be read: {error}")
    return _understood(text)


def tag(run: Path, add: Iterable[str] = (), remove: Iterable[str] = (), note: str | None = None) -> RunTags:
    """Change the tags and the note of a run; what it has then. Two who do so at once lose nothing.

    Refusal where the run is gone, where a tag to remove is not there, where the file of tags is damaged or of a newer
    workbench, and where the folder cannot be written: then nothing has changed.
    """
    from workbench.storage.file_lock import FileLock

    add, remove, path = tuple(add), tuple(remove), sidecar(run)
    with FileLock(path, PATIENCE):
        if not run.exists():
            raise Refusal(f"a run in {run.parent}", f"{run.stem}, which is not there", "see `workbench runs list`")
        old = read(run)
        if old.remark:
            raise Refusal("tags that can be changed", f"{path}: {old.remark}", "mend that file, or delete it")
        new = old.changed(add, remove, note)
        if new != old:
            _write(path, new)
    return new


def _understood(text: str) -> RunTags:
    try:
        told = json.loads(text)
        version, tags, note = told["version"], told["tags"], told["note"]
        found = RunTags(tuple(sorted(set(map(_text, tags)))), _text(note))
    except (ValueError, KeyError, TypeError):
        return RunTags(remark="its tags are no JSON that a workbench wrote")
    return found if version == _FORMAT else RunTags(remark=f"its tags are of version {version!r}, of another workbench")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    if not _is_plain(value):
        raise ValueError(value)
    return value


def _is_plain(text: str) -> bool:
    """Whether no letter moves the cursor of a terminal, and all can be written."""
    return not any(unicodedata.category(letter) in _UNSHOWN for letter in text)


def _tag(name: str) -> str:
    """The tag as it is kept: a few words without commas, which separate tags."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_TAG or "," in plain or plain.startswith("#") or not _is_plain(plain):
        wanted = f"a tag of 1 to {LONGEST_TAG} letters without a comma, a control character or a leading #"
        raise Refusal(wanted, repr(name), "write such as --add thesis")
    return plain


def _write(path: Path, tags: RunTags) -> None:
    """The whole file at once, through to the disk; none where there is nothing to keep."""
    from workbench.storage.file_lock import beside, reason

    part = beside(path, ".part")
    try:
        if tags == RunTags():
            path.unlink(missing_ok=True)
            return
        told = {"version": _FORMAT, "tags": list(tags.tags), "note": tags.note}
        with part.open("w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        remedy = "make room there, or ask whoever owns the folder; the tags are as before"
        raise Refusal(f"to write {path}", reason(error), remedy) from error
    finally:
        part.unlink(missing_ok=True)
