"""Curves of several runs over each other, told apart by dash as well as by colour."""

from dataclasses import dataclass

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from workbench.app.toolkit.figures import empty, fill, legend, new_figure, positive
from workbench.comparison.settings import apart
from workbench.figures.colours import COLOURS
from workbench.live.images import Array, thinned
from workbench.refusal import short

_GREY = "#8a8a8a"
_DASHES = ("solid", "dashed", "dotdash", "dotted")
_ABREAST, _LETTERS = 3, 22  # of the words above a plot
Style = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Line:
    """`values` at `xs` of what bears that label, drawn in its style."""

    label: str
    style: Style
    xs: Array
    values: Array


def style(number: int | None) -> Style:
    """Colour and dash of the run with that number; of the truth, None, grey."""
    if number is None:
        return _GREY, "solid"
    return COLOURS[number % len(COLOURS)], _DASHES[(number + number // len(COLOURS)) % len(_DASHES)]


class Lines:
    """One plot: `show` draws lines in it, and makes it anew where they are others."""

    def __init__(self, height: int) -> None:
        self.plot = new_figure("", "")
        self.pane = pn.pane.Bokeh(self.plot, sizing_mode="stretch_width", height=height, margin=0)
        self.sources: list[ColumnDataSource] = []
        self._made: tuple[object, ...] = ()

    def show(self, x_label: str, y_label: str, log: bool, lines: list[Line]) -> None:
        """The lines over one abscissa; of a logarithmic axis what is above 0."""
        wanted = (x_label, y_label, log, tuple((line.label, line.style) for line in lines))
        if wanted != self._made:
            self._made = wanted
            self.plot = self._plot(x_label, y_label, log, lines)
            self.pane.object = self.plot
        for source, line in zip(self.sources, lines, strict=True):
            values = positive(line.values) if log else line.values
            columns = {n: c.astype(np.float32) for n, c in thinned({"x": line.xs, "y": values}).items()}
            if not _same(source, columns):
                fill(source, columns)

    def _plot(self, x_label: str, y_label: str, log: bool, lines: list[Line]) -> figure:
        plot = new_figure(x_label, y_label, log)
        plot.min_border_top = 8
        self.sources = [empty("x", "y") for _ in lines]
        items: dict[str, list] = {}
        for source, line in zip(self.sources, lines, strict=True):
            colour, dash = line.style
            drawn = plot.line("x", "y", source=source, line_width=2, color=colour, line_dash=dash)
            items[apart(short(line.label, _LETTERS), tuple(items))] = [drawn]
        if items:
            legend(plot, items, min(_ABREAST, len(items)))
        return plot


def _same(source: ColumnDataSource, columns: dict[str, Array]) -> bool:
    return all(np.array_equal(source.data[n], column, equal_nan=True) for n, column in columns.items())
