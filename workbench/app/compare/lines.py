"""Curves of several runs over each other, told apart by dash as well as by colour."""

from dataclasses import dataclass

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from workbench.app.toolkit.figures import DASHES, empty, fill, legend, new_figure, positive
from workbench.comparison.settings import apart
from workbench.figures.colours import told_apart
from workbench.live.images import Array, thinned
from workbench.refusal import short

_GREY = "#8a8a8a"
_ABREAST, _LETTERS = 3, 22  # of the words above a plot
Style = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Line:
    """`values` at `xs` of what bears that label, drawn in its style; a ring at the row `mark`, where there is one."""

    label: str
    style: Style
    xs: Array
    values: Array
    mark: int | None = None


def style(number: int | None) -> Style:
    """Colour and dash of the run with that number; of the truth, None, grey."""
    if number is None:
        return _GREY, "solid"
    colour, dash = told_apart(number)
    return colour, DASHES[dash]


class Lines:
    """One plot: `show` draws lines in it, and makes it anew where they are others."""

    def __init__(self, height: int) -> None:
        self._height = height
        self.plot = self._figure("", "")
        look = {"min-height": f"calc({height}px * var(--screen, 1))"}  # a plot is not drawn larger with its page
        self.pane = pn.pane.Bokeh(self.plot, sizing_mode="stretch_width", height=height, margin=0, styles=look)
        self.sources: list[ColumnDataSource] = []
        self.rings: list[ColumnDataSource] = []
        self._made: tuple[object, ...] = ()

    def _figure(self, x_label: str, y_label: str, log: bool = False) -> figure:
        """As high as its place: one that fills it would make all around it as high as the page."""
        plot = new_figure(x_label, y_label, log)
        plot.update(sizing_mode="stretch_width", height=self._height)
        return plot

    def show(self, x_label: str, y_label: str, log: bool, lines: list[Line]) -> None:
        """The lines over one abscissa; of a logarithmic axis what is above 0."""
        wanted = (x_label, y_label, log, tuple((line.label, line.style) for line in lines))
        if wanted != self._made:
            self._made = wanted
            self.plot = self._plot(x_label, y_label, log, lines)
            self.pane.object = self.plot
        for source, ring, line in zip(self.sources, self.rings, lines, strict=True):
            values = positive(line.values) if log else line.values
            rows = [] if line.mark is None else [line.mark]
            _renew(source, thinned({"x": line.xs, "y": values}))
            _renew(ring, {"x": line.xs[rows], "y": values[rows]})

    def _plot(self, x_label: str, y_label: str, log: bool, lines: list[Line]) -> figure:
        plot = self._figure(x_label, y_label, log)
        plot.min_border_top = 8
        self.sources, self.rings = ([empty("x", "y") for _ in lines] for _ in range(2))
        items: dict[str, list] = {}
        for source, ring, line in zip(self.sources, self.rings, lines, strict=True):
            colour, dash = line.style
            plot.scatter("x", "y", source=ring, size=11, fill_alpha=0, line_color=colour, line_width=2)
            drawn = plot.line("x", "y", source=source, line_width=2, color=colour, line_dash=dash)
            items[apart(short(line.label, _LETTERS), tuple(items))] = [drawn]
        if items:
            legend(plot, items, min(_ABREAST, len(items)))
        return plot


def _renew(source: ColumnDataSource, columns: dict[str, Array]) -> None:
    """Send what is other than before."""
    sent = {name: column.astype(np.float32) for name, column in columns.items()}
    if not all(np.array_equal(source.data[name], column, equal_nan=True) for name, column in sent.items()):
        fill(source, sent)
