"""The runs of a folder, through its index, which is brought up to date first; where it cannot be, without one."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from workbench.refusal import Refusal, one_of
from workbench.run_folder import run_summary, run_tags
from workbench.run_folder.folder_look import FolderLook, is_file
from workbench.run_folder.query import Query
from workbench.run_folder.run_index import NAME, NewerIndexError, RunIndex, Told
from workbench.run_folder.run_summary import ENDING, RunSummary

Answer = TypeVar("Answer")
_AT_ONCE = 64  # files that are read for one transaction: what a kill costs
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_MISMATCH", "SQLITE_CONSTRAINT")


def summaries(folder: Path, query: Query | None = None) -> list[RunSummary]:
    """The runs of a folder that a query finds, in its order; without one all of them, the newest first.

    A file that is no run is passed over. A file is opened once, and again only where it has changed.
    """
    query = query or Query()
    look = FolderLook.at(folder)
    found = asked(folder, look, lambda index: index.summaries(query.where))
    known = [replace(run, running=_running(folder, run.name)) if run.name in look.marked else run for run in found]
    return query.ordered([run for run in known if query.takes(run)])


def matching(folder: Path, query: Query) -> list[RunSummary]:
    """The same for who types a query: Refusal for a path that no run has, and for a tag that none bears."""
    found = summaries(folder, query)
    if query.where and not found and (paths := asked(folder, FolderLook.at(folder), lambda index: index.paths())):
        for path in query.where:
            one_of(f"a part or parameter of a run in {folder}", path, paths)
    if query.tags and not found:
        known = tags_in(folder)
        for tag in query.tags:
            one_of(f"a tag of a run in {folder}", tag, known)
    return found


def descriptions(folder: Path, where: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    """The descriptions of the runs of a folder with these values, by name."""
    return asked(folder, FolderLook.at(folder), lambda index: index.descriptions(where))


def tags_in(folder: Path) -> list[str]:
    """The tags that runs of a folder bear."""
    return sorted({tag for run in summaries(folder) for tag in run.tags})


def path_of(name: str, folder: Path) -> Path:
    """The file of a run by its name in the list; Refusal where there is none."""
    path = folder / f"{name.removesuffix(ENDING)}{ENDING}"
    if path.parent == folder and is_file(path):
        return path
    return folder / f"{one_of(f'a run in {folder}', name.removesuffix(ENDING), FolderLook.at(folder).runs)}{ENDING}"


def asked(folder: Path, look: FolderLook, question: Callable[[RunIndex], Answer]) -> Answer:
    """What the index of a folder answers once it knows what the look saw.

    One that is damaged or of an older format is made anew. Where none can be written, or SQLite's locks do not work,
    one in memory answers.
    """
    path = folder / NAME
    if not look.runs and not is_file(path):
        return _answered(RunIndex.in_memory(None), folder, look, question)
    for _ in range(2):
        try:
            return _answered(RunIndex.at(path), folder, look, question)
        except NewerIndexError:
            return _answered(RunIndex.in_memory(None), folder, look, question)
        except sqlite3.Error as error:
            if not _damaged(error):
                return _from_memory(path, folder, look, question)
            if not _discarded(path):
                break
    return _answered(RunIndex.in_memory(None), folder, look, question)


def _from_memory(path: Path, folder: Path, look: FolderLook, question: Callable[[RunIndex], Answer]) -> Answer:
    """The answer of a copy of an index that cannot be written; where the copy is damaged, of one made anew."""
    with suppress(sqlite3.Error):
        return _answered(RunIndex.in_memory(path), folder, look, question)
    return _answered(RunIndex.in_memory(None), folder, look, question)


def _answered(index: RunIndex, folder: Path, look: FolderLook, question: Callable[[RunIndex], Answer]) -> Answer:
    with closing(index):
        _bring_up_to_date(index, folder, look)
        return question(index)


def _bring_up_to_date(index: RunIndex, folder: Path, look: FolderLook) -> None:
    """Read what is new or has changed since, and forget what is gone."""
    known = index.known()
    changed = [name for name in look.runs if known.get(name) != look.stamps(name)]
    tagged = [name for name in changed if name in known and known[name][:2] == look.runs[name]]
    gone = known.keys() - look.runs.keys()
    for names in _batched(sorted(set(changed) - set(tagged))):
        found = {name: said for name in names if (said := _said(folder, look, name)) is not None}
        gone |= known.keys() & set(names) - found.keys()
        index.learn(found)
    for names in _batched(tagged):
        index.tag({name: (look.stamps(name), run_tags.read(folder / f"{name}{ENDING}")) for name in names})
    if gone:
        index.forget(gone)


def _batched(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(names), _AT_ONCE):
        yield names[begin : begin + _AT_ONCE]


def _said(folder: Path, look: FolderLook, name: str) -> Told | None:
    """What a file and its tags say; None where that cannot be known now, so that it is asked again."""
    path = folder / f"{name}{ENDING}"
    try:
        told = run_summary.read(path)
    except (OSError, Refusal):  # gone, not ours to read, or of a newer workbench
        return None
    return look.stamps(name), run_tags.read(path), told


def _running(folder: Path, name: str) -> bool:
    from workbench.storage.file_lock import is_locked

    return is_locked(folder / f"{name}{ENDING}")


def _damaged(error: sqlite3.Error) -> bool:
    """Whether the file is at fault, and not the disk, its owner or another writer."""
    name = getattr(error, "sqlite_errorname", "")  # empty where we ourselves found what cannot be
    return not name or name.startswith(_DAMAGED)


def _discarded(path: Path) -> bool:
    """Whether a damaged index could be put away: all that was in it is in the files."""
    from workbench.storage.file_lock import FileLock

    try:
        with FileLock(path):
            path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
    except (OSError, Refusal):
        return False
    return True
