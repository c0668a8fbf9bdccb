"""What is known of the runs of a folder, in SQLite: a cache of what their files say, and never the only copy.

Tables: `runs`, a row a file; `specs`, its description; `terms`, each value at a dotted path; `facts`, who has which.
The default journal, since that of WAL is not safe on network disks.
"""

import functools
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

from workbench.run_folder.folder_look import Stamp, Stamps
from workbench.run_folder.run_summary import RunSummary
from workbench.run_folder.run_tags import RunTags
from workbench.run_folder.values import terms
from workbench.written import is_written

NAME = ".index.sqlite"
FORMAT = 1  # another one is built anew; a newer one is left to the workbench that wrote it
_NEAR = 1e-9  # of a number: SQLite and Python may read its digits to another last bit
_PATIENCE = 5.0  # seconds for which one writer waits for another
_SCHEMA = (
    """CREATE TABLE runs(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, mtime INTEGER, size INTEGER, saved TEXT,
        parts TEXT, k INTEGER, psnr REAL, ended TEXT, outcome TEXT, is_run INTEGER NOT NULL,
        tags_mtime INTEGER, tags_size INTEGER, tags TEXT, note TEXT, remark TEXT)""",
    "CREATE TABLE specs(run INTEGER PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE, spec TEXT NOT NULL)",
    "CREATE TABLE terms(id INTEGER PRIMARY KEY, path TEXT NOT NULL, value TEXT NOT NULL, UNIQUE(path, value))",
    """CREATE TABLE facts(term INTEGER NOT NULL REFERENCES terms(id), run INTEGER NOT NULL REFERENCES runs(id)
        ON DELETE CASCADE, PRIMARY KEY(term, run)) WITHOUT ROWID""",
    "CREATE INDEX facts_of_run ON facts(run)",
    "CREATE TABLE thumbnails(run INTEGER PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE, png BLOB NOT NULL)",
    f"PRAGMA user_version = {FORMAT}",
)
_TOLD = "name, saved, parts, k, psnr, ended, outcome, tags, note, remark"


Told = tuple[Stamps, RunTags, tuple[RunSummary, Mapping[str, Any]] | None]  # what there is to know of a file


class RunIndex:
    """The index over an open database. Every write is one transaction: who is killed leaves what was before."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("PRAGMA foreign_keys = ON")
        if self._version() > FORMAT:
            raise NewerIndexError
        if self._version() != FORMAT:
            self._make()

    @classmethod
    def at(cls, path: Path) -> Self:
        """The index of that file, made where there is none."""
        return cls._of(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None))

    @classmethod
    def in_memory(cls, like: Path | None) -> Self:
        """One that is written nowhere, with what the file `like` knows already, where that can be read."""
        made = sqlite3.connect(":memory:", isolation_level=None)
        if like is not None and like.is_file():
            with (
                suppress(sqlite3.Error),
                closing(sqlite3.connect(f"{like.absolute().as_uri()}?mode=ro", uri=True)) as old,
            ):
                if old.execute("PRAGMA user_version").fetchone() == (FORMAT,):
                    old.backup(made)
        return cls._of(made)

    @classmethod
    def _of(cls, database: sqlite3.Connection) -> Self:
        try:
            return cls(database)
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        self._database.close()

    def known(self) -> dict[str, Stamps]:
        """Each file that was read, with its tags, by the name of its run."""
        rows = self._database.execute("SELECT name, mtime, size, tags_mtime, tags_size FROM runs")
        return {row[0]: row[1:] for row in rows}

    def forget(self, names: Iterable[str]) -> None:
        """These files are gone."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("DELETE FROM runs WHERE name = ?", [(name,) for name in names])
            self._database.execute("DELETE FROM terms WHERE id NOT IN (SELECT term FROM facts)")

    def learn(self, found: Mapping[str, Told]) -> None:
        """What files say, by the names of their runs; None of one that is no run, which is not read again either."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            for name, (stamps, tags, told) in found.items():
                self._learn(name, stamps, told)
                self._tag(name, stamps, tags)

    def tag(self, found: Mapping[str, tuple[Stamps, RunTags]]) -> None:
        """Other tags of runs that are known."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            for name, (stamps, tags) in found.items():
                self._tag(name, stamps, tags)

    def summaries(self, where: Mapping[str, str]) -> list[RunSummary]:
        """The runs with these values at these paths."""
        chosen, given = self._chosen(where)
        found = self._database.execute(f"SELECT {_TOLD} FROM runs WHERE is_run {chosen}", given)
        return [_summary(*row) for row in found]

    def descriptions(self, where: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
        """The descriptions of the runs with these values, by name."""
        chosen, given = self._chosen(where)
        sentence = f"SELECT name, spec FROM runs JOIN specs ON specs.run = runs.id WHERE is_run {chosen}"
        return {name: _of(dict, _parsed(spec)) for name, spec in self._database.execute(sentence, given)}

    def paths(self) -> list[str]:
        """The dotted paths at which runs have values."""
        sentence = "SELECT DISTINCT path FROM terms WHERE id IN (SELECT term FROM facts) ORDER BY path"
        return [path for (path,) in self._database.execute(sentence)]

    def thumbnail(self, name: str) -> bytes | None:
        """The picture that was kept of a run."""
        sentence = "SELECT png FROM thumbnails JOIN runs ON runs.id = thumbnails.run WHERE name = ?"
        row = self._database.execute(sentence, (name,)).fetchone()
        return _of(bytes, row[0]) if row else None

    def keep_thumbnail(self, name: str, stamp: Stamp, png: bytes) -> None:
        """A picture of a run, as its file was at that time."""
        sentence = "INSERT OR REPLACE INTO thumbnails SELECT id, ? FROM runs WHERE name = ? AND mtime = ? AND size = ?"
        self._database.execute(sentence, (png, name, *stamp))

    # Below: SQL that others do not see.

    def _make(self) -> None:
        """The tables; of two who make them at once the second finds them made."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            if self._version() == FORMAT:
                return
            if self._database.execute("SELECT name FROM sqlite_master").fetchone():
                raise sqlite3.DatabaseError("an index of an older format")
            for sentence in _SCHEMA:
                self._database.execute(sentence)

    def _version(self) -> int:
        return self._database.execute("PRAGMA user_version").fetchone()[0]

    def _learn(self, name: str, stamps: Stamps, told: tuple[RunSummary, Mapping[str, Any]] | None) -> None:
        self._database.execute("DELETE FROM runs WHERE name = ?", (name,))
        made = told[0] if told else None
        row = (name, *stamps[:2], *_columns(made), made is not None)
        sentence = "INSERT INTO runs(name, mtime, size, saved, parts, k, psnr, ended, outcome, is_run) VALUES (?"
        run = self._database.execute(f"{sentence}{', ?' * (len(row) - 1)})", row).lastrowid
        if told is None:
            return
        self._database.execute("INSERT INTO specs VALUES (?, ?)", (run, json.dumps(told[1])))
        said = set(terms(told[1]))
        self._database.executemany("INSERT OR IGNORE INTO terms(path, value) VALUES (?, ?)", said)
        sentence = "INSERT INTO facts SELECT id, ? FROM terms WHERE path = ? AND value = ?"
        self._database.executemany(sentence, [(run, path, value) for path, value in said])

    def _tag(self, name: str, stamps: Stamps, tags: RunTags) -> None:
        sentence = "UPDATE runs SET tags_mtime = ?, tags_size = ?, tags = ?, note = ?, remark = ? WHERE name = ?"
        self._database.execute(sentence, (*stamps[2:], json.dumps(tags.tags), tags.note, tags.remark, name))

    def _values(self, path: str, text: str) -> Iterable[tuple[int, str]]:
        """The values at a path; where a number is asked for, of the numbers those that are near it: seeds are many."""
        sentence = "SELECT id, value FROM terms WHERE path = ?"
        try:
            number = float(text)
        except ValueError:
            return self._database.execute(sentence, (path,))
        sentence += " AND (value GLOB '[^-0-9]*' OR abs(CAST(value AS REAL) - ?) <= ?)"
        return self._database.execute(sentence, (path, number, _NEAR * abs(number)))

    def _chosen(self, where: Mapping[str, str]) -> tuple[str, list[str]]:
        """The condition of SQL for these values. Of the values that there are at a path Python says which are meant."""
        parts, given = "", list[str]()
        for path, text in where.items():
            meant = [term for term, value in self._values(path, text) if is_written(_parsed(value), text.strip())]
            parts += " AND id IN (SELECT run FROM facts WHERE term IN (SELECT value FROM json_each(?)))"
            given.append(json.dumps(meant))
        return parts, given


class NewerIndexError(Exception):
    """The index is of a newer workbench, which reads it."""


def _columns(run: RunSummary | None) -> tuple[Any, ...]:
    if run is None:
        return (None,) * 6
    return run.saved, json.dumps(run.parts), run.k, run.psnr, run.ended, run.outcome


def _summary(*row: Any) -> RunSummary:
    """A row of `_TOLD`; its types are looked at, since SQLite keeps any value in any column."""
    name, saved, parts, k, psnr, ended, outcome, tags, note, remark = row
    named, borne = _few(parts), _few(tags)
    _require(str, name, saved, ended, outcome, note, remark, *_of(dict, named).values(), *_of(list, borne))
    _require(int, k)
    _require(float | int | None, psnr)
    return RunSummary(name, saved, dict(named), k, psnr, ended, outcome, False, tuple(borne), note, remark)


def _require(kind: Any, *values: Any) -> None:
    if not all(isinstance(value, kind) for value in values):
        raise sqlite3.DatabaseError("a damaged index")


def _of(kind: type, value: Any) -> Any:
    _require(kind, value)
    return value


def _parsed(text: str) -> Any:
    """JSON of the index; what is none is the index's fault, and no person's."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise sqlite3.DatabaseError("a damaged index") from error


_few = functools.lru_cache(4096)(_parsed)  # thousands of runs have a dozen combinations of parts
