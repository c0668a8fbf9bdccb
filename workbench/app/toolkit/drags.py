"""Drags on a figure of Bokeh that draw in place of moving it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bokeh.events import DoubleTap, Pan, PanEnd, PanStart
from bokeh.models import ColumnDataSource, CustomJS, LinearColorMapper, PanTool
from bokeh.plotting import figure

from workbench.figures.colours import HERE

WINDOW = "window"
_CODE = (Path(__file__).parent / "drag.js").read_text(encoding="utf-8")
_AS_IT_IS = "if (!trail.hand) mapper.setv({ low: 0, high: 255 }, { sync: false })"
Heard = Callable[[list[float], list[float]], None]


class Drags:
    """What a drag on one figure does: it moves the figure, or draws a "way", a "line" or a "box", or sets a "window".

    `heard` is told the places in the figure when the hand lets go, of a window the px to the right and up; `twice`
    that somebody has clicked twice. The browser draws by itself what the hand does meanwhile: the trail, or, of
    `pixels` in 0 to 255, the colours of the window.
    """

    def __init__(self, plot: figure, heard: Heard, twice: Callable[[], None]) -> None:
        self._plot, self._heard, self._twice = plot, heard, twice
        self._pixels: tuple[ColumnDataSource, LinearColorMapper] | None = None
        self._trail: ColumnDataSource | None = None
        self._mover = next(tool for tool in plot.tools if isinstance(tool, PanTool))

    def of(self, pixels: ColumnDataSource, mapper: LinearColorMapper) -> "Drags":
        """With the pixels of the figure and their colours, for its window."""
        self._pixels = pixels, mapper
        return self

    def turn_to(self, kind: str) -> None:
        """From now on a drag draws this; "": it moves the figure."""
        if not kind and self._trail is None:
            return
        trail = self._trail = self._trail or self._listening()
        if trail.tags != [kind]:
            trail.tags = [kind]
            self._plot.toolbar.active_drag = None if kind else self._mover

    def _listening(self) -> ColumnDataSource:
        trail = ColumnDataSource({"x": [], "y": []})
        done = ColumnDataSource({"x": [], "y": [], "count": [], "twice": []})
        for colour, width in (("#101010", 6), (HERE, 3)):
            self._plot.line("x", "y", source=trail, line_color=colour, line_width=width, line_alpha=0.8)
        pixels, mapper = self._pixels or (None, None)
        script = CustomJS(args={"trail": trail, "done": done, "mapper": mapper}, code=_CODE)
        for event in (PanStart, Pan, PanEnd, DoubleTap):
            self._plot.js_on_event(event, script)
        if pixels is not None:
            pixels.js_on_change("data", CustomJS(args={"trail": trail, "mapper": mapper}, code=_AS_IT_IS))
        done.on_change("data", lambda attr, old, new: self._done(new))
        return trail

    def _done(self, told: Mapping[str, Sequence[float]]) -> None:
        """The hand has let go, or has clicked twice."""
        if list(told["twice"]) == [1]:
            self._twice()
        else:
            self._heard(list(told["x"]), list(told["y"]))
