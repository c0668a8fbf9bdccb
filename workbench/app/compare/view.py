"""The compare tab: pictures on one scale, differences, two in one, a row of all, curves, and what differs."""

import io
import time
from collections.abc import Callable

import numpy as np
import panel as pn
import panel_material_ui as pmui

from workbench.analysis.metrics import QUANTITIES
from workbench.app.compare.columns import PictureColumns, Tile, along, divided
from workbench.app.compare.interval_controls import IntervalControls
from workbench.app.compare.lines import Line, Lines, style
from workbench.app.compare.pin_list import PinList
from workbench.app.compare.tables import table
from workbench.app.page.one_message import one_message
from workbench.app.standing.narrow import plots_abreast
from workbench.app.toolkit.panels import DIVERGING, GREY, SPREAD
from workbench.app.toolkit.tab import SMALL, Tab, full, side
from workbench.app.toolkit.words import Words
from workbench.app.toolkit.work_buttons import starting
from workbench.comparison import ABSCISSAE
from workbench.comparison.recorded_rows import EXCESS, last
from workbench.figures.colours import ERROR
from workbench.jobs import Status
from workbench.live.frames import Frame, ProblemPictures
from workbench.live.pins.beside import AllBeside
from workbench.live.pins.one_beside import DATA, NOW, TRUTH, OneBeside
from workbench.live.pins.reporting import Reporting
from workbench.live.session import Session
from workbench.live.studies.intervals import WIDTH

_FULL = full(460)
_PERIOD = 0.7  # seconds that each of two blinking pictures stays
_HEIGHT = 230  # of the plots, px
_WHOLE_ROW = {"grid-column": "1 / -1", "min-width": "0"}  # below pictures that stand two abreast
_ABOVE_PLOT = {"flex": "none", "min-height": "50px"}
PICTURES, DIFFERENCES, DIVIDER, BLINK = MODES = ("pictures", "differences", "divider", "blink")
_LABEL = {"& .MuiFormLabel-root": {"fontSize": "12.5px"}}
_ABOVE = "objective above the best"
OF_OBJECTIVE = ("objective", EXCESS)
OFFERED = {"Objective": "objective", _ABOVE: EXCESS} | {q.title: q.names[0] for q in QUANTITIES[1:]}
_AXES = {quantity.names[0]: quantity.axis for quantity in QUANTITIES}


class CompareView(Tab):
    """The present run beside the pinned ones; `opened` hears that it has gone back to the settings of one."""

    title, whole = "Compare", True
    making = "the comparison"

    def __init__(
        self, session: Session, opened: Callable[[], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(session, opened, styles=_FULL)
        self.studies = self.reporting = Reporting(session)
        self.beside, self._clock = AllBeside(session), clock
        self._seen: tuple[object, ...] = ()
        self._drawing = False

    def show_pictures(self, pictures: ProblemPictures) -> None:
        self.beside.problem(pictures)
        self._again()

    def show_frame(self, frame: Frame) -> None:
        self.beside.frame(frame)

    def show(self, seen: bool) -> None:
        super().show(seen)
        self.beside.turned.show(seen)

    def close(self) -> None:
        super().close()
        self.beside.turned.cancel()

    def refresh(self) -> None:
        self.beside.refresh()
        self._again()

    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        self.pins = PinList(self.session, self.beside, self._again, self.opened)
        self.intervals = IntervalControls(self.beside.turned, self._redraw)
        self.table = pn.pane.HTML("", sizing_mode="stretch_width", margin=(2, 0, 2, 8), styles=_WHOLE_ROW)
        self.columns, self.curves, self.profile = PictureColumns(self.table), Lines(_HEIGHT), Lines(_HEIGHT)
        self.mode = pmui.Select(label="show", options=list(MODES), value=PICTURES, width=140, **SMALL)
        self.left, self.right = (
            pmui.Select(label=label, options={}, value=None, width=150, **SMALL) for label in ("left", "right")
        )
        percent = {"value": 50, "start": 0, "end": 100, "size": "small", "margin": (0, 16), "width": 150, "sx": _LABEL}
        self.divider, self.row = (pmui.IntSlider(label=label, **percent) for label in ("divider, %", "row, %"))
        self.quantity = pmui.Select(label="curves of", options=OFFERED, value=self._usual(), width=190, **SMALL)
        axes = {label: name for name, label in ABSCISSAE.items()}
        self.over = pmui.Select(label="against", options=axes, value="k", width=150, **SMALL)
        self.log = pmui.Switch(label="log", value=False, size="small", margin=(8, 4, 0, 0))
        self.note, self.complaint = Words(), Words(ERROR)
        self.make = starting("Make report", "summarize", self._report)
        self.save = pmui.FileDownload(
            callback=lambda: io.StringIO(self.reporting.page or ""),
            filename="report.html",
            label="Save report",
            icon="save",
            variant="text",
            size="small",
            disabled=True,
        )
        for each in (self.mode, self.left, self.right, self.divider, self.row, self.quantity, self.over, self.log):
            each.param.watch(lambda event: self._redraw(), "value")
        self.quantity.param.watch(lambda event: self.log.param.update(value=event.new in OF_OBJECTIVE), "value")
        self._bar = pmui.FlexBox(sizing_mode="stretch_width", margin=0, styles={"flex": "none"})
        flat = {"margin": 0, "sizing_mode": "stretch_width", "styles": _ABOVE_PLOT}
        below = pmui.FlexBox(self.quantity, self.over, self.log, **flat)
        halves = _half(below, self.curves.pane), _half(pmui.FlexBox(self.row, **flat), self.profile.pane)
        plots = plots_abreast(*halves, sizing_mode="stretch_width")
        middle = pmui.Column(
            self._bar,
            self.columns.row,
            self.note.element,
            plots,
            self.columns.below,
            sizing_mode="stretch_both",
            margin=0,
            scroll="y-auto",
            styles=_FULL,
        )
        parts = *self.pins.parts, self.intervals.place, self.make, self.save, self.complaint.element
        return side(*parts, styles=_FULL), middle

    def _usual(self) -> str:
        """What is drawn along the runs until a person chooses: what can be compared whatever their problems are."""
        return "residual" if self.session.problem.truth is None else "psnr"

    def _redraw(self) -> None:
        """Another choice is drawn at once: nothing is computed for it. A menu that is filled is no choice."""
        if not self._drawing:
            # Where a click follows soon, Panel passes a choice on without the lock that Bokeh asks for outside of this.
            with one_message():
                self._draw()

    def _report(self) -> None:
        self.reporting.begin()
        self._again()

    def _tick(self, frame: Frame | None) -> bool:
        """Whether there is another frame, another pin, or another one of two that blink."""
        fresh = self.studies.tick()
        if frame is not None:
            self.beside.frame(frame)
        when = (frame.version if frame else -1, frame.at if frame else None, self.session.pins.version, self._turn())
        seen = (*when, *self.beside.turned.tick())
        fresh, self._seen = fresh or seen != self._seen, seen
        return fresh

    def _turn(self) -> int:
        """Which of two blinking pictures it is time for."""
        return int(self._clock() / _PERIOD) % 2 if self.mode.value == BLINK else 0

    def _draw(self) -> None:
        self._drawing = True
        try:
            self._draw_all()
        finally:
            self._drawing = False

    def _draw_all(self) -> None:
        self.beside.follow()
        self.pins.refresh()
        self.intervals.draw()
        self._offer()
        there = self.beside.all
        moving = self.session.job.latest.status is Status.RUNNING
        said = self._pictures(there, not moving)
        self._profile(there)
        self.note.say(" ".join(s for s in (said, self.beside.turned.sentence(there), self._curves(there)) if s))
        text = table(self.beside)
        if self.table.object != text:
            self.table.object = text
        work = self.reporting.work
        self.make.disabled = work.status is Status.RUNNING
        self.make.label = "Making the report ..." if self.make.disabled else "Make report"
        self.save.disabled = self.reporting.page is None
        self.complaint.say(self.reporting.trouble())

    def _offer(self) -> None:
        """The controls of the way of showing, and the pictures that two menus choose from."""
        mode, options = self.mode.value, {v: k for k, v in self.pins.shown.options.items()}
        names = {options[key]: key for key in self.beside.all}
        for menu, usual in ((self.left, TRUTH), (self.right, NOW)):
            if menu.options != names:
                kept = menu.value if menu.value in names.values() else usual if usual in names.values() else NOW
                menu.param.update(options=names, value=kept)
        label = "minus" if mode == DIFFERENCES else "left"
        if self.left.label != label:
            self.left.label = label
        extra = {PICTURES: (), DIFFERENCES: (self.left,), DIVIDER: (self.left, self.right, self.divider)}
        wanted = [self.mode, self.intervals.switch, *extra.get(mode, (self.left, self.right))]
        if self._bar.objects != wanted:
            self._bar[:] = wanted

    def _pictures(self, there: dict[str, OneBeside], whole: bool) -> str:
        """Draw them; what is not drawn, in a sentence."""
        mode, share = self.mode.value, self.row.value / 100
        if mode == DIFFERENCES:
            made, limits, said = self.beside.differences(self.left.value)
            base = there.get(self.left.value)
            name, stands = (base.label, base.stands) if base else ("", ())
            tiles = [Tile(f"{e.label} − {name}", d, (*e.stands, *stands)) for e, d in made]
            self.columns.show(tiles, limits, DIVERGING, whole)
            self._mark([d for _, d in made], share, None)
            return said or ("" if made else "Choose another picture to take the difference of.")
        if mode in (DIVIDER, BLINK):
            return self._two(there, share, whole)
        tiles = [_tile(each) for each in self.beside.shown()]
        self.columns.show(tiles, self.beside.limits(), self._palette, whole)
        self._mark([tile.values for tile in tiles], share, None)
        return ""

    def _two(self, there: dict[str, OneBeside], share: float, whole: bool) -> str:
        """Two pictures in one place: divided by a line, or one after the other."""
        left, right = (there.get(menu.value) for menu in (self.left, self.right))
        if left is None or right is None or left.picture is None or right.picture is None:
            return "There is no picture yet."
        if left.picture.shape != right.picture.shape:
            return f"{left.label} and {right.label} are of different sizes: choose two of one size."
        limits, stands = self.beside.limits(), (*left.stands, *right.stands)
        if self.mode.value == BLINK:
            tile = _tile((left, right)[self._turn()])
            self.columns.show([tile], limits, self._palette, whole)
            self._mark([tile.values], share, None)
            return ""
        both, cut = divided(left.picture, right.picture, self.divider.value / 100)
        self.columns.show([Tile(f"{left.label} | {right.label}", both, (*stands, cut))], limits, self._palette, whole)
        self._mark([both], share, cut)
        return ""

    @property
    def _palette(self) -> tuple[str, ...]:
        return SPREAD if self.beside.turned.look == WIDTH else GREY

    def _mark(self, pictures: list, share: float, cut: int | None) -> None:
        flat = any(picture.ndim == 1 for picture in pictures)
        at = along(pictures[0], share)[1] + 0.5 if pictures and not flat else None
        self.columns.mark(at, cut)

    def _profile(self, there: dict[str, OneBeside]) -> None:
        """One row of all that are chosen."""
        rows = [(e, along(e.picture, self.row.value / 100)[0]) for e in self.beside.shown() if e.picture is not None]
        places = _places(there)
        lines = [Line(e.label, style(places[e.key]), np.arange(len(values)), values) for e, values in rows]
        self.profile.show("position along the row, px", "value", False, lines)

    def _curves(self, there: dict[str, OneBeside]) -> str:
        """Draw a quantity of all runs that it may be compared of; why others are not there."""
        name, over, places = self.quantity.value, self.over.value, _places(there)
        runs, said = self.beside.curves(name)
        lines = []
        for run in runs:
            values, xs = self.beside.values(run, name), run.columns.get(over)
            if values is not None and xs is not None and len(xs) == len(values):
                mark = self.beside.mark(run) if name in OF_OBJECTIVE else None
                lines.append(Line(run.label, style(places[run.key]), xs, values, mark))
        label = next(title for title, known in OFFERED.items() if known == name)
        self.curves.show(ABSCISSAE[over], _AXES.get(name, label), self.log.value, lines)
        return said if lines else f"{label} was not recorded."


def _places(there: dict[str, OneBeside]) -> dict[str, int | None]:
    """The number of each run, by which its lines are told from others; the truth and the data have none."""
    runs = [key for key in there if key not in (TRUTH, DATA)]
    return {key: runs.index(key) if key in runs else None for key in there}


def _tile(shown: OneBeside) -> Tile:
    """The picture with its name, its iterations and its quality, as far as they are known."""
    assert shown.picture is not None
    if shown.said:
        return Tile(shown.label, shown.picture, shown.stands, shown.said)
    k, quality = last(shown, "k"), last(shown, "psnr")
    said = [*([f"k = {k:.0f}"] if k is not None else []), *([f"{quality:.2f} dB"] if quality is not None else [])]
    return Tile(shown.label, shown.picture, shown.stands, " · ".join(said))


def _half(*parts: pn.viewable.Viewable) -> pmui.Column:
    return pmui.Column(*parts, sizing_mode="stretch_width", margin=0, styles={"flex": "1 1 0", "min-width": "0"})
