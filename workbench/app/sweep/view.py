"""A sweep on the page: which store, which quantity over which parameters, and the cell in hand."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.app.standing.awaiting import Awaiting
from workbench.app.standing.narrow import LOOSE, plots_abreast
from workbench.app.sweep.plots import SettingLines, SettingMap, SettingPoints
from workbench.app.toolkit.figures import pane
from workbench.app.toolkit.panels import Panel
from workbench.app.toolkit.tab import SMALL, Tab, bar, full, side
from workbench.app.toolkit.words import Words
from workbench.figures.colours import ERROR
from workbench.live.images import unit
from workbench.live.saved.sweep_cells import SweepCells, SweepSlice
from workbench.live.session import Session
from workbench.parameters import as_text
from workbench.sweeps import SettingResult

_FULL = full(460)
_HALF = {"flex": "1 1 0", "min-width": "0", "height": "420px"}
_MAP, _LINES = "over parameters", "parallel axes"
_NONE = (
    "Here will stand the runs of a sweep, one experiment over a grid of settings: a quantity over any two of them, "
    "and the picture of each. No sweep is kept in this folder yet; this command puts one there:\n\nworkbench sweep "
    "sweep.yaml --keep"
)
_NO_FOLDER = (
    "This page is served without a folder of runs. Who serves it shows the sweeps in one:\n\n"
    "workbench serve --runs FOLDER"
)


class SweepView(Tab):
    """The settings of a kept sweep; `opened` hears that the page has taken the experiment of a cell."""

    title, whole = "Sweep", True
    making = "the sweeps that are kept"

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened, styles=_FULL)
        self.studies = self.cells = SweepCells(session, session.runs)

    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        cells = self.cells
        small = {"width": 200, "visible": False, **SMALL}
        self.store, self.quantity, self.across, self.up = (
            pmui.Select(label=label, options=[], **small) for label in ("sweep", "quantity", "across", "up")
        )
        for name, menu in self._menus():
            menu.param.watch(lambda event, name=name: self._take(name, event.new), "value")
        self.fixed = pmui.Column(sizing_mode="stretch_width", margin=0)
        self.look = pmui.Select(label="look", options=[_MAP, _LINES], value=_MAP, width=200, **SMALL)
        self.look.param.watch(lambda event: self._again(), "value")
        self.again = pmui.Button(label="Read again", icon="refresh", variant="text", size="small", margin=(4, 4))
        self.again.on_click(lambda event: cells.reading.start())
        self.open = pmui.Button(label="Open this run", icon="open_in_new", variant="contained", size="small", margin=4)
        self.open.on_click(lambda event: self._open())
        self.status, self.told, self.complaint = Words(), Words(), Words(ERROR)
        self.picture = Panel("Cell", meaning="the last picture of this cell")
        self.map, self.points, self.lines = (
            SettingMap(self._chose),
            SettingPoints(self._chose),
            SettingLines(self._chose),
        )
        plots = [pane(each.plot) for each in (self.map, self.points, self.lines)]
        self._plots = [
            pmui.Column(plot, sizing_mode="stretch_width", margin=0, styles=_HALF, stylesheets=[LOOSE])
            for plot in plots
        ]
        self._held: dict[str, pmui.Select] = {}
        self._offer()
        left = side(
            self.store, self.look, self.quantity, self.across, self.up, self.fixed,
            self.status.element, self.complaint.element, styles=_FULL,
        )  # fmt: skip
        below = plots_abreast()
        self.awaiting, self._shown = Awaiting(below), (self.picture.element, *self._plots)
        top = bar(self.open, self.again)
        return left, pmui.Column(top, self.told.element, below, sizing_mode="stretch_both", margin=0, styles=_FULL)

    def _menus(self) -> list[tuple[str, pmui.Select]]:
        menus = {"store": self.store, "quantity": self.quantity, "across": self.across, "up": self.up}
        return list(menus.items())

    def _offer(self) -> None:
        """The stores there are now; the newest one is read at once."""
        names = self.cells.stores()
        self.store.param.update(options=names, visible=bool(names))
        self.look.visible = bool(names)
        if names and self.cells.store not in names:
            self.store.value = names[0]

    def _take(self, name: str, value: object) -> None:
        if value is not None and value != getattr(self.cells, name):
            self.cells.set(name, value)
            self._again()

    def _chose(self, setting: SettingResult) -> None:
        """A click into a plot."""
        self.cells.choose(setting)
        self._again()

    def _open(self) -> None:
        if self.cells.take():
            self.opened()
        self._again()

    def _draw(self) -> None:
        cells, table = self.cells, self.cells.table
        sight = cells.sight()
        self.complaint.say(cells.trouble())
        self.status.say(self._sentence())
        self.awaiting.show(self._missing(), self._shown)
        self.told.say(cells.told())
        self.open.disabled = sight is None
        for plot in self._plots:
            plot.visible = False
        if table is None or sight is None:
            self.picture.element.visible = False
            return
        _renew(self.quantity, table.quantities, cells.quantity)
        _renew(self.across, cells.paths, sight.across)
        _renew(self.up, [path for path in cells.paths if path != sight.across], sight.up)
        self._hold(sight)
        label = self._label()
        lines = self.look.value == _LINES
        if lines:
            self.lines.show(cells.settings(), label, cells.cell)
        elif sight.up:
            self.map.show(sight, label, cells.cell)
        else:
            self.points.show(sight, label, cells.cell)
        self._plots[2 if lines else 0 if sight.up else 1].visible = True
        shown = cells.picture()
        self.picture.element.visible = shown is not None
        if shown is not None:
            self.picture.fit(shown.shape)
            self.picture.show(shown, unit(shown))

    def _hold(self, sight: SweepSlice) -> None:
        """A menu for every parameter that neither axis shows."""
        assert self.cells.table is not None
        if list(self._held) != list(sight.fixed):
            self._held = {path: self._menu(path) for path in sight.fixed}
            self.fixed[:] = list(self._held.values())
        for path, menu in self._held.items():
            menu.value = sight.fixed[path]

    def _menu(self, path: str) -> pmui.Select:
        assert self.cells.table is not None
        values = {as_text(value): value for value in self.cells.table.paths[path]}
        menu = pmui.Select(label=path, options=values, width=200, **SMALL)
        menu.param.watch(lambda event: self._held_at(path, event.new), "value")
        return menu

    def _held_at(self, path: str, value: object) -> None:
        self.cells.set(path, value)
        self._again()

    def _label(self) -> str:
        assert self.cells.table is not None
        units = self.cells.table.dataset[self.cells.quantity].attrs.get("units", "")
        return f"{self.cells.quantity}, {units}" if units else self.cells.quantity

    def _missing(self) -> str:
        """Why there is nothing to read."""
        return _NO_FOLDER if self.cells.folder is None else "" if self.store.options else _NONE

    def _sentence(self) -> str:
        if self._missing():
            return ""
        if self.cells.table is None:
            return "" if self.cells.trouble() else "Reading the sweep ..."
        return repr(self.cells.table)


def _renew(menu: pmui.Select, options: list[str], value: str) -> None:
    """Other options, and which one it is; a menu without any is not shown."""
    if menu.options != options or menu.value != value:
        menu.param.update(options=options, value=value or None, visible=bool(options))
