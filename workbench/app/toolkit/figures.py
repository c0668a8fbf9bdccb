"""What plots share: a figure, its sources and legend, labelled lines across it."""

from typing import Any

import numpy as np
import panel as pn
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    FixedTicker,
    LabelSet,
    Legend,
    LegendItem,
    Line,
    NoOverlap,
    Range,
    TapTool,
)
from bokeh.plotting import figure

from workbench.analysis.spectrum import Axis
from workbench.figures.colours import HERE
from workbench.live.images import Array

_ABOVE = 100  # px: most of a density is low, and its curves would cross the words
DASHES = ("solid", "dashed", "dotdash", "dotted")  # of lines, in their order: colours alone do not tell all people
_DRAWABLE = 1e30  # beyond it single precision, which a browser draws in, has few numbers left


class Flags:
    """Vertical lines with a word at each."""

    def __init__(self, plot: figure) -> None:
        self._source = empty("x", "text", "colour", "y", "side", "shift")
        flagged(plot, self._source, "colour")

    def show(self, places: list[tuple[float, str, str]]) -> None:
        """(position, word, colour) of each line."""
        seen = [p for p in places if np.isfinite(p[0])]
        columns = {"x": [p[0] for p in seen], "text": [p[1] for p in seen], "colour": [p[2] for p in seen]}
        # The words of lines on the right stand left of them: beyond there may be no room.
        middle = (max(columns["x"], default=0.0) + min(columns["x"], default=0.0)) / 2
        left = [x > middle for x in columns["x"]]
        columns |= {
            "side": ["right" if ends else "left" for ends in left],
            "shift": [-4 if ends else 4 for ends in left],
        }
        fill(self._source, columns | {"y": [_ABOVE + 14 * i for i in range(len(seen))]})


class Here:
    """The line across a plot at the moment of the run that is looked at; none while that is the newest one."""

    def __init__(self, plot: figure) -> None:
        self._source = empty("x")
        plot.vspan(x="x", source=self._source, line_color=HERE, line_width=2)

    def show(self, at: float | None) -> None:
        """At this abscissa."""
        places = [] if at is None or not np.isfinite(at) else [at]
        if places != self._source.data["x"]:
            fill(self._source, {"x": places})


def flagged(plot: figure, source: ColumnDataSource, colour: str) -> None:
    """Dashed vertical lines at x with a text beside each, at y px from below; a colour, or the column of colours."""
    plot.vspan(x="x", source=source, line_color=colour, line_dash="dashed", line_width=1.5)
    words = LabelSet(
        x="x",
        y="y",
        y_units="screen",
        text="text",
        source=source,
        x_offset="shift",
        text_align="side",
        text_font_size="11px",
        text_color=colour,
    )
    plot.add_layout(words)


def new_figure(x_label: str, y_label: str, log: bool = False, log_x: bool = False) -> figure:
    """A figure that fills its place; its borders have room for words, so that the frame stays when numbers grow."""
    plot = figure(
        tools="pan,wheel_zoom,box_zoom,reset",
        toolbar_location=None,
        active_scroll="wheel_zoom",
        sizing_mode="stretch_both",
        min_border_left=70,
        min_border_bottom=46,
        min_border_top=28,
        min_border_right=26,
        x_axis_label=x_label,
        y_axis_label=y_label,
        background_fill_alpha=0,
        border_fill_alpha=0,
        # Bokeh 3.9 draws the frame that the dark theme asks for along the last glyph's path of the drawing before.
        outline_line_color=None,
        y_axis_type="log" if log else "linear",
        x_axis_type="log" if log_x else "linear",
    )
    plot.axis.major_label_policy = NoOverlap()
    keep_there(plot)
    return plot


def enlarge(plot: figure) -> None:
    """Lines that are seen from the last row of a room, and place for words that are; those the browser enlarges."""
    for words in plot.select(Legend):
        words.update(label_height=28)
    for line in plot.select(Line):
        line.update(line_width=4)
    plot.update(min_border_left=130, min_border_bottom=86, min_border_top=8)


def keep_there(plot: figure) -> None:
    """What a browser finds of sizes and ranges is its own.

    Sent here it would cost at every drawing, and a page that comes back after a loss would be held to it.
    """
    for each in (plot, plot.x_range, plot.y_range):
        each.syncable = False


def empty(*names: str) -> ColumnDataSource:
    """A source with these columns, for now without entries."""
    return ColumnDataSource({name: [] for name in names})


def tap(plot: figure, dots: list[Any]) -> None:
    """Let a click choose one of the dots."""
    plot.add_tools(TapTool(renderers=dots))


def fill(source: ColumnDataSource, columns: dict[str, Any]) -> None:
    """Other columns for a source, all at once."""
    source.data = columns


def picture_of(plot: figure, mapper: Any) -> ColumnDataSource:
    """A heat map on the plot, empty for now."""
    source = empty("image", "x", "y", "dw", "dh")
    place = {name: name for name in ("x", "y", "dw", "dh")}
    plot.image("image", source=source, color_mapper=mapper, **place)  # pyright: ignore[reportCallIssue]
    return source


def pane(plot: figure) -> pn.pane.Bokeh:
    return pn.pane.Bokeh(plot, sizing_mode="stretch_both", margin=0)


def legend(plot: figure, items: dict[str, list], columns: int | None = None) -> dict[str, LegendItem]:
    """Words above the plot, by name, at most so many in a row; a click on one hides its lines."""
    made = {name: LegendItem(label=name, renderers=lines) for name, lines in items.items()}
    words = Legend(
        items=list(made.values()),
        orientation="horizontal",
        click_policy="hide",
        margin=2,
        border_line_alpha=0,
        background_fill_alpha=0,
        label_height=12,
        ncols=columns or "auto",
    )
    plot.add_layout(words, "above")
    return made


def mark(axes: Any, axis: Axis) -> None:
    """Ticks that say the values behind the positions."""
    ticks = axis.ticks()
    ticker = FixedTicker(ticks=sorted(ticks)) if ticks else BasicTicker()
    for each in axes:
        if getattr(each.ticker, "ticks", None) != getattr(ticker, "ticks", None) or not ticks:
            each.update(ticker=ticker, major_label_overrides=ticks)


def reach(axis: Range, start: float, end: float) -> None:
    """Let an axis go from start to end; it stays as it is where one of them is no number that can be drawn."""
    if abs(start) < _DRAWABLE and abs(end) < _DRAWABLE:
        axis.update(start=start, end=end)


def positive(values: Array) -> Array:
    """The values that a logarithmic axis can draw."""
    return np.where(values > 0, values, np.nan)
