"""The cells of a kept sweep as one person looks at them: which store, which quantity, which cell."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.live.frames import picture
from workbench.live.images import Array
from workbench.live.session import Session
from workbench.live.study import Studies, Study
from workbench.parameters import as_text
from workbench.sweeps import SettingResult, SweepTable, opened, ranked

_ENDING = ".zarr"
_PICTURE = "x"


@dataclass(frozen=True)
class SweepSlice:
    """The settings that lie in one plane of a sweep: over `across`, and over `up` where there is a second parameter.

    `settings` have the other parameters as they are `fixed`; of a design there is no `up`, and nothing is fixed.
    """

    across: str
    up: str
    fixed: Mapping[str, Any]
    settings: tuple[SettingResult, ...]


class SweepCells(Studies):
    """One store at a time, read beside the runs. `cell` is the setting in hand, at first the best one."""

    def __init__(self, session: Session, folder: Path | None) -> None:
        self.session, self.folder = session, folder
        self.store = self.quantity = self.across = self.up = ""
        self.cell: SettingResult | None = None
        self._fixed: dict[str, Any] = {}
        self._settings: tuple[Hashable, list[SettingResult]] = (None, [])
        self.reading: Study[SweepTable] = Study(lambda: "cpu", self._read, stays=True)
        super().__init__(self.reading)

    def stores(self) -> list[str]:
        """The names of the stores in the folder, the newest first."""
        if self.folder is None or not self.folder.is_dir():
            return []
        found = [path for path in self.folder.glob(f"*{_ENDING}") if (path / "zarr.json").is_file()]
        return [path.name for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)]

    @property
    def table(self) -> SweepTable | None:
        return self.reading.result

    def set(self, path: str, value: Any) -> None:
        """Another store, quantity, axis, or value of a parameter that is held."""
        if path == "store":
            self.store, self.quantity, self.across, self.up = str(value), "", "", ""
            self.cell, self._fixed = None, {}
            self.reading.forget()
            self.reading.start()
        elif path in ("quantity", "across", "up"):
            setattr(self, path, str(value))
        else:
            self._fixed[path] = value

    def settings(self) -> list[SettingResult]:
        """Every setting, with its mean of the quantity."""
        table = self.table
        if table is None or not table.quantities:
            return []
        key = (self.reading.mark, self.quantity)
        if self._settings[0] != key:
            self.quantity = self.quantity if self.quantity in table.quantities else table.quantity()
            self._settings = (self.reading.mark, self.quantity), table.settings(self.quantity)
        return self._settings[1]

    def best(self) -> SettingResult | None:
        """The best setting there is so far."""
        return next(iter(ranked(self.settings(), self.quantity)), None)

    def sight(self) -> SweepSlice | None:
        """The plane that is looked at: through the best setting, unless a person holds another value."""
        best, table = self.best(), self.table
        if best is None or table is None:
            return None
        self.cell = self.cell or best
        paths = [path for path, values in table.paths.items() if len(values) > 1] or list(table.paths)
        self.across = self.across if self.across in paths else paths[0]
        others = [path for path in paths if path != self.across]
        if not table.is_grid:
            return SweepSlice(self.across, "", {}, tuple(self.settings()))
        self.up = self.up if self.up in others else next(iter(others), "")
        fixed = {p: self._fixed.get(p, best.words[p]) for p in others if p != self.up}
        inside = (each for each in self.settings() if all(each.words[p] == value for p, value in fixed.items()))
        return SweepSlice(self.across, self.up, fixed, tuple(inside))

    def picture(self) -> Array | None:
        """The last picture of the cell in hand, of its first seed; None where the store keeps none."""
        if self.table is None or self.cell is None or _PICTURE not in self.table.dataset:
            return None
        values = torch.from_numpy(self.table.dataset[_PICTURE][self.cell.index].values)
        return None if bool(torch.isnan(values.abs()).any()) else picture(values)

    def told(self) -> str:
        """The cell in hand in words."""
        if self.cell is None:
            return ""
        words = ", ".join(f"{path} = {as_text(value)}" for path, value in self.cell.words.items())
        spread = f" ± {self.cell.deviation:.2g} over {self.cell.count} seeds" if self.cell.count > 1 else ""
        spread += "" if self.cell.whole else f", of {self.cell.seeds}"
        return f"{words}: {self.quantity} {self.cell.mean:.5g}{spread}"

    def take(self) -> bool:
        """The experiment of the cell in hand becomes that of the page; whether it did."""
        table, cell = self.table, self.cell
        if table is None or cell is None:
            return False
        found = self.grant(lambda: table.experiment(cell.index))
        if found is not None:
            self.complaint = self.session.become(found)
        return found is not None and not self.complaint

    def _read(self) -> Callable[[], Iterator[SweepTable]] | None:
        if self.folder is None or not self.store:
            return None
        path = self.folder / self.store

        def read() -> Iterator[SweepTable]:
            found = opened(path)
            small = [name for name in found.dataset.data_vars if name != _PICTURE]
            found.dataset[small].load()
            yield found

        return read

    def _take(self, changed: list[Study[Any]]) -> Hashable:
        cell = None if self.cell is None else self.cell.index
        return self.store, self.quantity, self.across, self.up, str(self._fixed), cell
