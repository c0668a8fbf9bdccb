"""CSV: numbers as text, in columns, with or without names above them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.data.field import ASIDE, Fields, Index, Reading, StoredArray
from workbench.refusal import Refusal

_SAMPLE, _MOST = 2**16, 2**28  # bytes that tell what a file is, and that are read
_SEPARATORS = {";": "semicolons", "\t": "tabs", ",": "commas", " ": "spaces"}
ENDINGS = (".csv", ".tsv")
_COMMENTS = ("#", "%")
_EMPTY = ("", "na", "n/a", "nan", "null", "-")


def is_table(path: Path) -> bool:
    """Whether a file is text with a line of numbers in it."""
    with path.open("rb") as stream:
        sample = stream.read(_SAMPLE)
    if b"\0" in sample and sample[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return False
    whole = sample if len(sample) < _SAMPLE else sample[: sample.rfind(b"\n") + 1]
    try:
        table = _parsed(_text(whole))
    except (UnicodeError, csv.Error):
        return False
    except Refusal:  # which says more than that this is no table, where its name says so
        return path.suffix.lower() in ENDINGS
    numbers = table.numbers()
    return bool(table.rows) and bool((np.isfinite(numbers).any(0) & ~np.isinf(numbers).any(0)).any())


@dataclass(frozen=True)
class _Table:
    """The cells of a file as text, the names above them, and how they were told apart."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    separator: str
    comma: bool

    def numbers(self) -> np.ndarray:
        """(rows, columns), NaN for what is empty and infinite for what is no number."""
        return np.array([[self._number(cell) for cell in row] for row in self.rows], dtype=np.float64)

    def _number(self, cell: str) -> float:
        word = cell.strip()
        if word.lower() in _EMPTY:
            return np.nan
        try:
            return float(word.replace(",", ".") if self.comma else word) if "_" not in word else np.inf
        except ValueError:
            return np.inf

    @property
    def said(self) -> str:
        return f"its columns are set apart by {_SEPARATORS[self.separator]}" + ", decimals by a comma" * self.comma


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _parsed(text: str) -> _Table:
    """The table: by the separator that all lines have, semicolons and tabs before commas, which may be decimal."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(_COMMENTS)]
    last = lines[-1] if lines else ""
    separator = next((each for each in _SEPARATORS if each in last.strip()), ",")
    comma = separator != "," and "," in last and "." not in last
    spaced = [" ".join(line.split()) for line in lines] if separator == " " else lines
    rows = [tuple(row) for row in csv.reader(spaced, delimiter=separator, skipinitialspace=separator != "\t")]
    table = _Table((), tuple(rows), separator, comma)
    names: tuple[str, ...] = ()
    if rows and not any(np.isfinite(table._number(cell)) for cell in rows[0]):
        names, rows = rows[0], rows[1:]
    odd = next((k for k, row in enumerate(rows) if len(row) != len(rows[0])), None)
    if odd is not None or (names and rows and len(names) != len(rows[0])):
        came = f"{len(rows[0])} in one and {len(rows[odd]) if odd is not None else len(names)} in another"
        raise Refusal("lines of equally many values", came, "save the table again, one line a row")
    wide = max((k + 1 for row in (names, *rows) for k, cell in enumerate(row) if cell.strip()), default=0)
    return _Table(tuple(n.strip() for n in names[:wide]), tuple(tuple(row[:wide]) for row in rows), separator, comma)


def fields(path: Path) -> Fields:
    """The table as (row, column) without columns of words, and each column by the name above it."""
    if path.stat().st_size > _MOST:
        raise Refusal(f"text of at most {_MOST // 2**20} MB", f"{path.name!r}, which is larger", "save it as NPY")
    table = _parsed(_text(path.read_bytes()))
    numbers = table.numbers()
    words = np.asarray(np.isinf(numbers).any(0))
    _require_pure(table, numbers)
    said = (table.said,)
    names = table.names or tuple(f"column {k}" for k in range(numbers.shape[1]))
    left = [name for name, wordy in zip(names, words, strict=True) if wordy]
    notes = (*said, *((f"its columns {', '.join(left)[:200]} hold words and are left out",) * bool(left)))
    kept = numbers[:, ~words]
    found = {"": _field(kept[:, 0] if kept.shape[1] == 1 else kept, notes)}
    for k in np.flatnonzero(~words) if table.names and kept.shape[1] > 1 else ():
        name = names[k].translate(str.maketrans("/[]:", "    ")).strip() or f"column {k}"
        found[name if name not in found else f"{name} {k}"] = _field(numbers[:, k], said, ASIDE)
    return found


def _require_pure(table: _Table, numbers: np.ndarray) -> None:
    """Refuse a column of numbers in which a cell is a word: 1,000 of thousands, 1+2j, 12 px."""
    mixed = np.isinf(numbers) & np.isfinite(numbers).any(0)
    if mixed.any():
        row, column = map(int, np.argwhere(mixed)[0])
        came = f"{table.rows[row][column][:40]!r} in row {row}, column {column}"
        raise Refusal("a column of numbers", came, "write numbers as 1234.5, and nothing beside them")


def _field(values: np.ndarray, notes: Sequence[str], rank: int | None = None) -> StoredArray:
    def read(index: Index) -> Reading:
        chosen = values[index]
        return Reading(chosen, tuple(notes), np.isnan(chosen), "empty cells")

    made = StoredArray(values.shape, values.dtype, read, axes=("row", "column")[: values.ndim])
    return made if rank is None else StoredArray(values.shape, values.dtype, read, axes=("row",), rank=rank)
