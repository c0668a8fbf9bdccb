"""Convergence: chosen curves by iteration or seconds, linear or logarithmic, with the marks that sliders leave."""

from collections.abc import Callable
from itertools import cycle

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColumnDataSource, LabelSet
from bokeh.plotting import figure

from workbench.analysis import Kind
from workbench.analysis.data_fit import RESIDUAL
from workbench.analysis.metrics import QUANTITIES
from workbench.app.standing.narrow import LOOSE, plots_abreast
from workbench.app.toolkit.figures import DASHES, Here, empty, enlarge, fill, flagged, legend, new_figure, positive
from workbench.app.toolkit.words import Words
from workbench.figures.colours import MARK, coloured
from workbench.jobs.recorder import STEP_SIZE
from workbench.live.frames import Frame
from workbench.live.images import Array, thinned
from workbench.run import Quantity

_DOT = 5  # px
Mark = tuple[int, str]


CERTIFICATE = Quantity("Certificate", tuple(map(str, Kind)), "relative", log=True)  # of iterations of its own
SERIES = (*QUANTITIES, STEP_SIZE, CERTIFICATE)
AXES = {"iteration": False, "seconds": True}


class Curves:
    """One plot of a chosen series: `show(frame)` draws it; `chosen` hears of another choice."""

    def __init__(self, chosen: str, label: str, told: Callable[[], None] = lambda: None, large: bool = False) -> None:
        self._told, self._large = told, large
        start = next(s for s in SERIES if s.title == chosen)
        small = {"size": "small", "margin": (6, 4, 0, 0), "sx": {"& .MuiInputBase-input": {"py": "4px"}}}
        self.select = pmui.Select(label=label, options={s.title: s for s in SERIES}, value=start, width=120, **small)
        self.axis = pmui.Select(label="against", options=AXES, value=False, width=106, **small)
        self.log = pmui.Switch(label="log", value=start.log, size="small", margin=(8, 4, 0, 0))
        self.note = Words()
        self._frame: Frame | None = None
        self._rows, self._wanted, self._former = (-1, -1), start, ()
        self.pane = pn.pane.Bokeh(self._plot(), sizing_mode="stretch_both", margin=0)
        controls = (self.select, self.axis, self.log, self.note.element)
        bar = pmui.FlexBox(*controls, sizing_mode="stretch_width", margin=(0, 0, 0, 4), styles={"flex": "none"})
        self.element = pmui.Column(bar, self.pane, sizing_mode="stretch_both", margin=0, stylesheets=[LOOSE])
        self.select.param.watch(lambda event: self._chosen(), "value")
        for each in (self.axis, self.log):
            each.param.watch(lambda event: self._redraw(), "value")

    @property
    def series(self) -> Quantity:
        return self.select.value

    @property
    def _proofs(self) -> bool:
        return self.series is CERTIFICATE

    def show(self, frame: Frame) -> None:
        """Draw what the frame recorded, if it is more than is drawn."""
        self._frame = frame
        rows = (len(frame.proofs.get("k", ())) if self._proofs else len(frame.ks), len(frame.marks))
        if rows != self._rows:
            self._rows = rows
            self.lines.update(data=self._columns(frame))
            self.marks.update(data=self._flags(frame))
        self._look_back(frame)

    def offer(self, recorded: tuple[Quantity, ...]) -> None:
        """What this run records can be drawn; without a truth the residual stands where the quality was wanted."""
        offered = {s.title: s for s in (*recorded, CERTIFICATE)}
        if offered != self.select.options:
            wanted = self._wanted
            self.select.param.update(options=offered, value=wanted if wanted in offered.values() else RESIDUAL)
            self._wanted = wanted

    def _chosen(self) -> None:
        self._wanted = self.series
        self._told()
        if self.log.value == self.series.log:
            self._redraw()
        self.log.value = self.series.log

    def _redraw(self) -> None:
        """A log axis is another plot, and so is every other choice: the sources start anew."""
        self.pane.object = self._plot()
        self._rows, self._former = (-1, -1), ()
        if self._frame is not None:
            self.show(self._frame)

    def _columns(self, frame: Frame) -> dict[str, Array]:
        ks, seconds, known = frame.ks, frame.seconds, frame.curves
        if self._proofs:
            known = frame.proofs
            ks, seconds = (known.get(name, np.array([])) for name in ("k", "seconds"))
        at, empty = seconds if self.axis.value else ks, np.full(len(ks), np.nan)
        columns = {name: known.get(name, empty) for name in self.series.names}
        drawn = {name: positive(c) if self.log.value else c for name, c in columns.items()}
        marked = {name: gaps(ks, c) for name, c in drawn.items()}
        for name, dots in self.dots.items():
            size = _DOT if marked[name] else 0  # hidden ones would grey the words of the legend
            if dots.size != size:
                dots.size = size
        self._say(ks, drawn)
        self._crown(ks, at, drawn[self.series.names[0]])
        kept = np.flatnonzero(np.any([np.isfinite(drawn[n]) for n, gap in marked.items() if gap], axis=0))
        return {n: c.astype(np.float32) for n, c in thinned({"x": at} | drawn, kept=kept).items()}

    def _look_back(self, frame: Frame) -> None:
        """The moment that is looked at, and the rows that branches have left behind."""
        self.here.show(self._place(frame, frame.at))
        if frame.left is self._former:
            return
        self._former = frame.left
        colours = dict(coloured(self.series.names))
        xs, ys, colour = [], [], []
        for rows in frame.left:
            for name in set(rows.curves) & set(colours):
                values = positive(rows.curves[name]) if self.log.value else rows.curves[name]
                xs.append((rows.seconds if self.axis.value else rows.ks).astype(np.float32))
                ys.append(values.astype(np.float32))
                colour.append(colours[name])
        fill(self.former, {"x": xs, "y": ys, "colour": colour})

    def _place(self, frame: Frame, k: int | None) -> float | None:
        """Where an iteration stands on the axis."""
        if k is None or not self.axis.value or not len(frame.ks):
            return k
        return float(np.interp(k, frame.ks, frame.seconds))

    def _say(self, ks: Array, drawn: dict[str, Array]) -> None:
        """What is not there."""
        lost = [n for n, c in drawn.items() if len(ks) and not np.isfinite(c).any()]
        why = "no positive values" if self.log.value else "not recorded for this run"
        # A certificate is of one kind or the other.
        missing = lost and (not self._proofs or len(lost) == len(drawn))
        self.note.say(f"{' and '.join(lost)}: {why}" if missing else "")

    def _crown(self, ks: Array, at: Array, values: Array) -> None:
        """A ring at the highest value, which is not always the last one, and what it is."""
        if not self.series.best or not np.isfinite(values).any():
            fill(self.best, {name: [] for name in ("x", "y", "text", "side", "shift")})
            return
        place = int(np.nanargmax(values))
        side = "right" if place > 0.7 * len(values) else "left"
        words = f"highest {self.series.best.format(values[place])} at k = {ks[place]:.0f}"
        shift = -8 if side == "right" else 8
        columns = {"x": [at[place]], "y": [values[place]], "text": [words], "side": [side], "shift": [shift]}
        fill(self.best, columns)

    def _flags(self, frame: Frame) -> dict[str, list]:
        marks = merged(frame.marks, max(frame.k, 1) * 0.04)
        xs = [k for k, _ in marks]
        if self.axis.value and len(frame.ks):
            xs = np.interp(xs, frame.ks, frame.seconds).tolist()
        early = [k < 0.7 * frame.k for k, _ in marks]  # later ones have their words on the left, where there is room
        return {
            "x": xs,
            "text": [text for _, text in marks],
            "y": [4 + 13 * (i % 3) for i in range(len(marks))],
            "side": ["left" if e else "right" for e in early],
            "shift": [3 if e else -3 for e in early],
        }

    def _plot(self) -> figure:
        series = self.series
        self.lines = ColumnDataSource({name: [] for name in ("x", *series.names)})
        self.marks = ColumnDataSource({name: [] for name in ("x", "text", "y", "side", "shift")})
        x_label = "seconds of solving" if self.axis.value else "iteration k"
        plot = new_figure(x_label, series.axis, self.log.value)
        plot.min_height = 100
        lines = [
            plot.line("x", name, source=self.lines, color=colour, line_width=2, line_dash=dash)
            for (name, colour), dash in zip(coloured(series.names), cycle(DASHES), strict=False)
        ]
        points = [
            plot.scatter("x", name, source=self.lines, color=colour, size=0) for name, colour in coloured(series.names)
        ]
        self.dots = {name: point.glyph for name, point in zip(series.names, points, strict=True)}
        for each in (plot.x_range, plot.y_range):
            each.update(renderers=lines)  # marks do not widen the view
        if len(lines) > 1:
            legend(plot, {name: list(pair) for name, *pair in zip(series.names, lines, points, strict=True)})
        flagged(plot, self.marks, MARK)
        self.former = empty("x", "y", "colour")
        plot.multi_line("x", "y", source=self.former, line_color="colour", line_dash="dotted", line_width=1.5)
        self.here = Here(plot)
        self.best = empty("x", "y", "text", "side", "shift")
        plot.scatter("x", "y", source=self.best, size=11, fill_alpha=0, line_color=MARK, line_width=2)
        place = {"x": "x", "y": "y", "text": "text", "text_align": "side", "x_offset": "shift"}
        under = {"text_baseline": "top", "y_offset": -12}
        plot.add_layout(LabelSet(source=self.best, text_font_size="11px", text_color=MARK, **place, **under))
        if self._large:
            enlarge(plot)
        return plot


class Convergence:
    """Two plots side by side; `prove(watched)` is told whether one of them shows certificates."""

    def __init__(self, prove: Callable[[bool], None]) -> None:
        def told() -> None:
            prove(any(p.series is CERTIFICATE for p in self.plots))

        self.plots = (Curves("Objective", "left plot", told), Curves("PSNR", "right plot", told))
        self.element = plots_abreast(*(p.element for p in self.plots), min_height=190)

    def offer(self, recorded: tuple[Quantity, ...]) -> None:
        """Another run, which records this."""
        for plot in self.plots:
            plot.offer(recorded)

    def show_frame(self, frame: Frame) -> None:
        for plot in self.plots:
            plot.show(frame)


def gaps(ks: Array, values: Array) -> bool:
    """Whether a curve is not known at every iteration: a line alone would tell of some that nobody computed."""
    known = ks[np.isfinite(values)]
    return len(known) > 0 and bool(len(known) == 1 or (np.diff(known) > 1).any())


def merged(marks: tuple[Mark, ...], near: float) -> list[Mark]:
    """Marks as drawn: what one slider left while it was dragged becomes one, with its last value."""
    kept: list[Mark] = []
    for k, text in marks:
        if kept and k - kept[-1][0] <= near and _subject(kept[-1][1]) == _subject(text):
            kept.pop()
        kept.append((k, text))
    return kept


def _subject(text: str) -> str:
    return text.partition(" = ")[0]
