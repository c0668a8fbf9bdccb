"""The folder of a page as its table sees it: a part of the runs at a time, and what a person does with them."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import records, run_folder
from workbench.refusal import Refusal
from workbench.run_folder import Query, RunSummary

if TYPE_CHECKING:
    import xarray as xr

ROWS = 50  # runs that are in sight at a time
LARGEST = 96 * 2**20  # bytes that a page sends as one file


@dataclass(frozen=True)
class ShownRuns:
    """The runs of one part of the list, their pictures by name, and how many there are: found, and in the folder."""

    runs: Sequence[RunSummary] = ()
    pictures: Mapping[str, bytes] | None = None
    found: int = 0
    begin: int = 0
    seconds: float = 0.0  # that it took to find them


class KeptRuns:
    """What is done with the runs of a folder. Every method reads or writes files, and may be called in any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def shown(self, query: Query, begin: int) -> ShownRuns:
        """The runs from place `begin` on, or the last ones where there are fewer."""
        start = time.perf_counter()
        found = run_folder.summaries(self.folder, query)
        begin = max(0, min(begin, (len(found) - 1) // ROWS * ROWS))
        runs = found[begin : begin + ROWS]
        pictures = run_folder.thumbnails(self.folder, [run.name for run in runs])
        return ShownRuns(runs, pictures, len(found), begin, time.perf_counter() - start)

    def keep(self, result: "xr.Dataset") -> str:
        """Put a run into the folder; its name."""
        return run_folder.keep(result, run_folder.made(self.folder)).stem

    def opened(self, name: str) -> records.Record:
        """A run as a record."""
        return records.open(run_folder.path_of(name, self.folder))

    def delete(self, names: Sequence[str]) -> int:
        """Delete runs; how many."""
        for path in [run_folder.path_of(name, self.folder) for name in names]:
            run_folder.delete(path)
        return len(names)

    def retag(self, name: str, was: str, now: str) -> None:
        """Other tags, separated by commas; what somebody else has added meanwhile stays."""
        old, new = ({tag.strip() for tag in text.split(",") if tag.strip()} for text in (was, now))
        run_folder.tag(run_folder.path_of(name, self.folder), sorted(new - old), sorted(old - new))

    def note(self, name: str, text: str) -> None:
        """Another note."""
        run_folder.tag(run_folder.path_of(name, self.folder), note=text)

    def file(self, names: Sequence[str]) -> tuple[str, bytes]:
        """One run as its file, several with what explains them as a ZIP file: a name and the bytes."""
        paths = [run_folder.path_of(name, self.folder) for name in names]
        size = sum(path.stat().st_size for path in paths)
        if size > LARGEST:
            remedy = f"take fewer, or copy them from {self.folder.name} on the server"
            raise Refusal(f"at most {LARGEST // 2**20} MB at a time", f"{size // 2**20} MB", remedy)
        if len(paths) == 1:
            return paths[0].name, paths[0].read_bytes()
        with tempfile.TemporaryDirectory(prefix="workbench-") as place:
            (packed,) = run_folder.export(paths, Path(place) / "runs.zip")
            return packed.name, packed.read_bytes()
