"""Convergence: chosen curves by iteration or by seconds, on a linear or a logarithmic axis, with the marks of sliders."""

from dataclasses import dataclass

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColumnDataSource, LabelSet
from bokeh.plotting import figure

from workbench.app.frames import Frame
from workbench.app.images import Array, thinned

_COLOURS = ("#2f86d0", "#ec7f2b", "#38a169", "#b05fc9")
Mark = tuple[int, str]


@dataclass(frozen=True)
class Series:
    """Curves that share an axis, and the words on it."""

    title: str
    names: tuple[str, ...]
    axis: str
    log: bool = False


SERIES = (
    Series("Objective", ("objective", "misfit", "prior"), "−log p, nats", log=True),
    Series("Residual", ("residual",), "|Ax − y| / |y|", log=True),
    Series("PSNR", ("psnr",), "PSNR, dB"),
    Series("SSIM", ("ssim",), "SSIM"),
    Series("Step size", ("step_size",), "step size", log=True),
)


class Curves:
    """One plot: `show(frame)` draws the chosen series."""

    def __init__(self, chosen: str, label: str) -> None:
        start = next(s for s in SERIES if s.title == chosen)
        self.select = pmui.Select(
            label=label, options={s.title: s for s in SERIES}, value=start, size="small", width=150, margin=(6, 8, 0, 4)
        )
        self.log = pmui.Switch(label="log axis", value=start.log, size="small", margin=(8, 4, 0, 4))
        self.by_time = False
        self._frame: Frame | None = None
        self._rows = (0, 0)
        self._lines = ColumnDataSource({"x": []})
        self._marks = ColumnDataSource({"x": [], "text": [], "y": []})
        self.pane = pn.pane.Bokeh(self._plot(), sizing_mode="stretch_both", margin=0)
        self.note = pmui.Typography("", variant="caption", visible=False, margin=(14, 0, 0, 8))
        self.element = pmui.Column(
            pmui.Row(self.select, self.log, self.note, margin=0), self.pane, sizing_mode="stretch_both", margin=0
        )
        self.select.param.watch(lambda event: self._chosen(), "value")
        self.log.param.watch(lambda event: self._redraw(), "value")

    def show(self, frame: Frame) -> None:
        """Draw what the frame recorded."""
        self._frame = frame
        rows = (len(frame.ks), len(frame.marks))
        if rows != self._rows or not len(frame.ks):
            self._rows = rows
            self._lines.data = self._columns(frame)
            self._marks.data = self._flags(frame)

    def by(self, seconds: bool) -> None:
        """Against seconds of solving, or against iterations."""
        self.by_time = seconds
        self._redraw()

    @property
    def series(self) -> Series:
        return self.select.value

    def _chosen(self) -> None:
        self.log.value = self.series.log
        self._redraw()

    def _redraw(self) -> None:
        frame, self._rows = self._frame, (-1, -1)
        self._lines = ColumnDataSource({name: [] for name in ("x", *self.series.names)})
        self._marks = ColumnDataSource({"x": [], "text": [], "y": []})
        if frame is not None:
            self.show(frame)
        self.pane.object = self._plot()

    def _columns(self, frame: Frame) -> dict[str, Array]:
        at = frame.seconds if self.by_time else frame.ks
        empty = np.full(len(at), np.nan)
        columns = {name: frame.curves.get(name, empty) for name in self.series.names}
        drawn = {"x": at} | {name: _positive(c) if self.log.value else c for name, c in columns.items()}
        hidden = [n for n in self.series.names if len(at) and not np.isfinite(drawn[n]).any()]
        self._say(f"{' and '.join(hidden)}: no positive values" if hidden and self.log.value else "")
        return {name: column.astype(np.float32) for name, column in thinned(drawn).items()}

    def _say(self, sentence: str) -> None:
        if self.note.object != sentence:
            self.note.param.update(object=sentence, visible=bool(sentence))

    def _flags(self, frame: Frame) -> dict[str, list]:
        marks = merged(frame.marks, max(frame.k, 1) * 0.04)
        at = np.interp([k for k, _ in marks], frame.ks, frame.seconds) if self.by_time and len(frame.ks) else None
        xs = [k for k, _ in marks] if at is None else at.tolist()
        return {"x": xs, "text": [text for _, text in marks], "y": [4 + 13 * (i % 3) for i in range(len(marks))]}

    def _plot(self) -> figure:
        series = self.series
        plot = figure(
            tools="pan,wheel_zoom,box_zoom,reset", toolbar_location=None, active_scroll="wheel_zoom", min_height=110,
            y_axis_type="log" if self.log.value else "linear", sizing_mode="stretch_both",
        )  # fmt: skip
        plot.xaxis.axis_label = "seconds of solving" if self.by_time else "iteration k"
        plot.yaxis.axis_label = series.axis
        plot.axis.axis_label_text_font_size = plot.axis.major_label_text_font_size = "11px"
        plot.background_fill_alpha = plot.border_fill_alpha = 0
        plot.min_border_right = 14
        lines = [
            plot.line("x", name, source=self._lines, color=colour, line_width=2)
            for name, colour in zip(series.names, _COLOURS, strict=False)
        ]
        plot.x_range.renderers = plot.y_range.renderers = lines  # marks do not widen the view
        if len(lines) > 1:
            from bokeh.models import Legend

            legend = Legend(items=[(n, [line]) for n, line in zip(series.names, lines, strict=True)])
            legend.orientation, legend.click_policy, legend.padding = "horizontal", "hide", 0
            legend.border_line_alpha, legend.background_fill_alpha, legend.label_text_font_size = 0, 0, "11px"
            plot.add_layout(legend, "above")
        plot.vspan(x="x", source=self._marks, line_color="#ff9800", line_dash="dashed", line_width=1)
        plot.add_layout(
            LabelSet(
                x="x", y="y", y_units="screen", text="text", source=self._marks, x_offset=3,
                text_font_size="10.5px", text_color="#ff9800",
            )  # fmt: skip
        )
        return plot


class Convergence:
    """Two plots side by side and the choice of their common axis."""

    def __init__(self) -> None:
        self.plots = (Curves("Objective", "left plot"), Curves("PSNR", "right plot"))
        self.axis = pmui.RadioButtonGroup(
            options=["by iteration", "by seconds"], value="by iteration", size="small", margin=(6, 4, 0, 4),
            label="horizontal axis",
        )  # fmt: skip
        self.axis.param.watch(lambda event: [plot.by(event.new == "by seconds") for plot in self.plots], "value")
        self.plots[0].element[0].append(self.axis)
        self.element = pmui.Row(*(p.element for p in self.plots), sizing_mode="stretch_both", margin=0)

    def show_frame(self, frame: Frame) -> None:
        for plot in self.plots:
            plot.show(frame)


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


def _positive(column: Array) -> Array:
    return np.where(column > 0, column, np.nan)
