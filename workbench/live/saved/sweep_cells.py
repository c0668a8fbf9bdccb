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
from workbench.sweeps.plan import Index

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
    """One store at a time, read beside the runs: of what a person asked for, what the store has, else what is usual."""

    def __init__(self, session: Session, folder: Path | None) -> None:
        self.session, self.folder, self.store = session, folder, ""
        # By name "quantity", "across" and "up"; by path the value at which a parameter is held.
        self._asked: dict[str, Any] = {}
        self._chosen: Index | None = None
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
            self.store, self._asked, self._chosen = str(value), {}, None
            self.reading.forget()
            self.reading.start()
        else:
            kept = {"up": self.up} if path == "across" else {}  # the other axis stays
            self._asked |= kept | {path: value}

    def choose(self, setting: SettingResult) -> None:
        """A setting comes into the hand."""
        self._chosen = setting.index

    @property
    def quantity(self) -> str:
        """What the settings are compared by; empty where no cell is done."""
        table = self.table
        if table is None or not table.quantities:
            return ""
        return self._first("quantity", table.quantities) if "quantity" in self._asked else table.quantity()

    @property
    def paths(self) -> list[str]:
        """The parameters that have several values; all, where none has."""
        found = {} if self.table is None else self.table.paths
        return [path for path, values in found.items() if len(values) > 1] or list(found)

    @property
    def across(self) -> str:
        """The parameter of the first axis."""
        return self._first("across", self.paths)

    @property
    def up(self) -> str:
        """The parameter of the second axis; empty for a design, and where there is one parameter alone."""
        grid = self.table is not None and self.table.is_grid
        return self._first("up", [path for path in self.paths if path != self.across]) if grid else ""

    def _first(self, asked: str, there: list[str]) -> str:
        """What was asked for if it is there, else the first."""
        wish = self._asked.get(asked)
        return wish if wish in there else next(iter(there), "")

    def settings(self) -> list[SettingResult]:
        """Every setting, with its mean of the quantity."""
        table, quantity = self.table, self.quantity
        if table is None or not quantity:
            return []
        key = (self.reading.mark, quantity)
        if self._settings[0] != key:
            self._settings = key, table.settings(quantity)
        return self._settings[1]

    def best(self) -> SettingResult | None:
        """The best setting there is so far."""
        return next(iter(ranked(self.settings(), self.quantity)), None)

    @property
    def cell(self) -> SettingResult | None:
        """The setting in hand, with the quantity that is shown: the one that was chosen, at first the best."""
        chosen = (each for each in self.settings() if each.index == self._chosen)
        return next(chosen, None) or self.best()

    def sight(self) -> SweepSlice | None:
        """The plane that is looked at: through the best setting, unless a person holds another value."""
        best, table = self.best(), self.table
        if best is None or table is None:
            return None
        if not table.is_grid:
            return SweepSlice(self.across, "", {}, tuple(self.settings()))
        others = [path for path in self.paths if path not in (self.across, self.up)]
        fixed = {path: self._asked.get(path, best.words[path]) for path in others}
        inside = (each for each in self.settings() if all(each.words[p] == value for p, value in fixed.items()))
        return SweepSlice(self.across, self.up, fixed, tuple(inside))

    def picture(self) -> Array | None:
        """The last picture of the cell in hand, of its first seed; None where the store keeps none."""
        table, cell = self.table, self.cell
        if table is None or cell is None or _PICTURE not in table.dataset:
            return None
        values = torch.from_numpy(table.dataset[_PICTURE][cell.index].values)
        return None if bool(torch.isnan(values.abs()).any()) else picture(values)

    def told(self) -> str:
        """The cell in hand in words."""
        cell = self.cell
        if cell is None:
            return ""
        words = ", ".join(f"{path} = {as_text(value)}" for path, value in cell.words.items())
        spread = f" ± {cell.deviation:.2g} over {cell.count} seeds" if cell.count > 1 else ""
        spread += "" if cell.whole else f", of {cell.seeds}"
        return f"{words}: {self.quantity} {cell.mean:.5g}{spread}"

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
        return self.store, str(self._asked), self._chosen
