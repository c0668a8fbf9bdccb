"""One signal on the page: a picture with a strip that says what its colours mean, or a curve where it is 1-D."""

import html
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.events import Event, PointEvent, Tap
from bokeh.models import ColumnDataSource, FixedTicker, LinearColorMapper, NoOverlap, Range1d
from bokeh.palettes import Greys256, RdBu11, Viridis256, interp_palette
from bokeh.plotting import figure

from workbench.app.toolkit.drags import Drags, Heard
from workbench.app.toolkit.figures import keep_there
from workbench.figures.colours import HERE
from workbench.live.hands.gestures import BOX, LINE, WAY
from workbench.live.images import Array, Limits, bytes_of, smaller
from workbench.operators.integrals.data_axes import DataAxis

GREY, DIVERGING, SPREAD = tuple(Greys256), tuple(interp_palette(RdBu11, 256)), tuple(Viridis256)
_TOOLS = "pan,wheel_zoom,reset"
_NOTHING = 1e-6  # of the other end of a scale: less is told as 0


class Panel:
    """A titled picture: `show(array, limits)` draws it; 1-D arrays are drawn as a curve in the same place."""

    def __init__(self, title: str, palette: tuple[str, ...] = GREY, meaning: str = "") -> None:
        self.title, self.palette, self.meaning = title, palette, meaning
        self.x_range, self.y_range = Range1d(start=0, end=1), Range1d(start=1, end=0)
        self._grey = ColumnDataSource({"image": [], "width": [], "height": []})
        self._colour = ColumnDataSource({"image": [], "width": [], "height": []})
        self._line = ColumnDataSource({"at": [], "value": []})
        self._cross: ColumnDataSource | None = None  # made when the first pixel is marked: most pages mark none
        self._heard: list[Callable[[float, float], None]] = []
        self._dragged: tuple[Heard, Callable[[], None]] | None = None
        self._hand = ""
        self.image = self._image_figure()
        self._curve: figure | None = None
        self._values = Range1d(start=0, end=1)
        self._drawn = 2
        self.caption = pn.pane.HTML("", margin=(0, 0, 2, 0), height=18, sizing_mode="stretch_width")
        self.strip = pn.pane.HTML("", margin=(2, 0, 0, 0), height=18, sizing_mode="stretch_width")
        self.pane = pn.pane.Bokeh(self.image, sizing_mode="scale_width", aspect_ratio=1, margin=0)
        self.element = pmui.Column(
            self.caption,
            self.pane,
            self.strip,
            sizing_mode="stretch_width",
            margin=(0, 8, 0, 0),
            styles={"max-width": "min(46 * var(--vh, 1vh), 560px)"},
        )
        self.describe("")

    def share(self, other: "Panel") -> None:
        """Pan and zoom together with another panel."""
        self.image.x_range, self.image.y_range = other.x_range, other.y_range
        self.x_range, self.y_range = other.x_range, other.y_range

    def on_pick(self, heard: Callable[[float, float], None]) -> None:
        """Hear where the picture is clicked, in its pixels."""
        self._heard.append(heard)
        if self._curve is not None:
            self._listen(self._curve)
        self._listen(self.image)

    def on_drag(self, heard: Heard, twice: Callable[[], None]) -> None:
        """Hear what a hand draws on it, and double clicks while that is a window."""
        self._dragged = heard, twice

    def hand(self, kind: str) -> None:
        """What a drag draws from now on; "": it moves the picture."""
        if kind != self._hand:
            self._hand = kind
            self._drags.turn_to(kind)
            if self._curve is not None:
                self._curve_drags.turn_to(_on_curve(kind))

    @cached_property
    def _drags(self) -> Drags:
        assert self._dragged is not None
        return Drags(self.image, *self._dragged).of(self._grey, self._mapper)

    @cached_property
    def _curve_drags(self) -> Drags:
        assert self._dragged is not None
        return Drags(self.curve, *self._dragged)

    def mark(self, place: tuple[int, ...] | None) -> None:
        """A cross over the pixel at row and column; none: no cross."""
        at = [] if place is None or len(place) != 2 else [place]
        data: dict[str, Any] = {"x": [column + 0.5 for _, column in at], "y": [row + 0.5 for row, _ in at]}
        if self._cross is None and at:
            self._cross = self._crossed()
        if self._cross is not None and data != self._cross.data:
            self._cross.data = data

    def cross(self, line: tuple[tuple[float, ...], ...]) -> None:
        """A line over the picture between places at row and column; none: no line."""
        data: dict[str, Any] = {"x": [at[1] + 0.5 for at in line], "y": [at[0] + 0.5 for at in line]}
        if line or "_way" in vars(self):
            self._way.data = data

    @cached_property
    def _way(self) -> ColumnDataSource:
        source = ColumnDataSource({"x": [], "y": []})
        for colour, width in (("#101010", 4), (HERE, 2)):
            self.image.line("x", "y", source=source, line_color=colour, line_width=width)
        return source

    def _crossed(self) -> ColumnDataSource:
        source = ColumnDataSource({"x": [], "y": []})
        # Light within dark: seen on every grey.
        for colour, width in (("#101010", 5), (HERE, 2.5)):
            self.image.scatter("x", "y", source=source, marker="cross", size=22, line_color=colour, line_width=width)
        return source

    def _listen(self, plot: figure) -> None:
        def tell(event: Event) -> None:
            if isinstance(event, PointEvent) and event.x is not None and event.y is not None:
                for heard in self._heard:
                    heard(event.x, event.y)

        plot.on_event(Tap, tell)

    def describe(self, detail: str) -> None:
        """The line above the picture."""
        text = f"<b>{html.escape(self.title)}</b> <span style='opacity:.7'>{html.escape(detail)}</span>"
        _renew(self.caption, f"<div style='{_ONE_LINE}'>{text}</div>")

    def show(self, array: Array, limits: Limits, whole: bool = True) -> None:
        """Draw with these limits; `whole` sends every pixel, otherwise a small preview."""
        self.turn_to(array.ndim)
        self.move(array, limits, whole)
        self._legend(limits, array.ndim)

    def move(self, array: Array, limits: Limits, whole: bool = True) -> None:
        """Draw with nothing but Bokeh's own models, which may change while the page is still being built."""
        if array.ndim == 1:
            self._line.data = {"at": np.arange(len(array)), "value": array.astype(np.float32)}
            low, high = _padded(limits)
            self._values.update(start=low, end=high)
        else:
            sent, idle = (self._grey, self._colour) if array.ndim == 2 else (self._colour, self._grey)
            height, width = array.shape[:2]
            image = bytes_of(array if whole else smaller(array), limits)
            sent.data = {"image": [image], "width": [width], "height": [height]}
            if self.image.tags != list(limits):
                self.image.tags = list(limits)
            if len(idle.data["image"]):
                idle.data = {"image": [], "width": [], "height": []}

    def fit(self, shape: tuple[int, ...], stretch: bool = False) -> None:
        """Show the whole of an image of this shape: undistorted with empty margins, or filling the square."""
        if len(shape) == 1:
            self.curve.x_range.update(start=0, end=shape[0] - 1)
            return
        height, width = shape[:2]
        tall, wide = (height, width) if stretch else (max(height, width),) * 2
        self.x_range.update(start=(width - wide) / 2, end=(width + wide) / 2)
        self.y_range.update(start=(height + tall) / 2, end=(height - tall) / 2)

    def recolour(self, palette: tuple[str, ...]) -> None:
        """Draw values in other colours from now on."""
        if palette is not self.palette:
            self.palette = palette
            self._mapper.palette = list(palette)

    def turn_to(self, axes: int) -> None:
        """Be a curve for one axis, else a picture."""
        axes = min(axes, 2)
        if axes != self._drawn:
            self._drawn = axes
            self.pane.object = self.image if axes > 1 else self.curve

    def name_axes(self, axes: tuple[DataAxis, DataAxis] | None) -> None:
        """Say beside a picture what its rows and its columns are; None: pixels, of which nothing is said."""
        plot = self.image
        plot.axis.visible = axes is not None
        plot.min_border_left, plot.min_border_bottom = (0, 0) if axes is None else _BESIDE
        for axis, named in zip((plot.yaxis, plot.xaxis), axes or (), strict=False):
            ticks: dict[Any, Any] = dict(named.ticks(_TICKS))
            axis.ticker, axis.major_label_overrides = FixedTicker(ticks=sorted(ticks)), ticks
            axis.axis_label, axis.axis_label_standoff = named.label, 2

    def name_values(self, units: str) -> None:
        """Say beside a curve what its numbers are; a picture has no axis for it."""
        if self._drawn == 1:
            self.curve.yaxis.axis_label, self.curve.min_border_left = units or None, _NAMED if units else _UNNAMED

    @property
    def curve(self) -> figure:
        """The plot of 1-D signals, made when the first one comes."""
        if self._curve is None:
            self._curve = self._line_figure()
            if self._heard:
                self._listen(self._curve)
            if self._hand:
                self._curve_drags.turn_to(_on_curve(self._hand))
        return self._curve

    def _legend(self, limits: Limits, axes: int) -> None:
        low, high = (f"{0.0 if abs(v) < _NOTHING * max(map(abs, limits)) else v:.3g}" for v in limits)
        colours = ",".join(self.palette[::51])
        bar = f"background:linear-gradient(90deg,{colours})" if axes > 1 else "border-top:1px dotted;height:0"
        _renew(
            self.strip,
            f"<div style='{_SCALE}' title='{html.escape(self.meaning)}'><span>{low}</span>"
            f"<span style='{_BAND};{bar}'></span><span>{high}</span></div>",
        )

    def _image_figure(self) -> figure:
        plot = _bare(x_range=self.x_range, y_range=self.y_range)
        plot.axis.visible, plot.grid.visible = False, False
        plot.name = self.title.lower() or "picture"
        place = {"x": 0, "y": 0, "dw": "width", "dh": "height"}
        self._mapper = LinearColorMapper(palette=self.palette, low=0, high=255)
        plot.image("image", source=self._grey, color_mapper=self._mapper, **place)  # pyright: ignore[reportCallIssue]
        plot.image_rgba("image", source=self._colour, **place)
        return plot

    def _line_figure(self) -> figure:
        plot = _bare(x_range=Range1d(start=0, end=1), y_range=self._values)
        plot.min_border_left, plot.min_border_bottom, plot.min_border_top = _UNNAMED, 46, 6
        plot.xaxis.axis_label, plot.name = "sample", self.title.lower() or "signal"
        plot.axis.major_label_policy = NoOverlap()
        plot.axis.major_label_text_font_size = plot.axis.axis_label_text_font_size = "11px"
        plot.line("at", "value", source=self._line, line_width=1.3, color="#3a8fd6")
        return plot


_BESIDE, _TICKS = (48, 38), 5  # px left of and below a picture for the names of its axes; numbers along one
_UNNAMED, _NAMED = 44, 62  # px beside a curve, without and with the name of its values
_SCALE = "display:flex;align-items:center;gap:6px;font-size:11.5px"
_BAND = "flex:1;height:8px;border-radius:2px;forced-color-adjust:none"  # colours that mean something stay
_ONE_LINE = (
    "white-space:nowrap;overflow:hidden;text-overflow:ellipsis;font-size:clamp(11.5px,1vw,13px);line-height:18px"
)


def _bare(x_range: Range1d, y_range: Range1d) -> figure:
    plot = figure(
        tools=_TOOLS, toolbar_location=None, active_scroll="wheel_zoom", min_border=0, x_range=x_range, y_range=y_range
    )
    plot.sizing_mode, plot.aspect_ratio, plot.outline_line_color = "scale_width", 1, None
    plot.css_classes = ["picture"]
    plot.background_fill_alpha = plot.border_fill_alpha = 0
    keep_there(plot)
    return plot


def _on_curve(kind: str) -> str:
    """What a hand draws on a curve, which has places along one axis alone."""
    return BOX if kind in (WAY, LINE, BOX) else ""


def _padded(limits: Limits) -> Limits:
    room = 0.06 * (limits[1] - limits[0])
    return limits[0] - room, limits[1] + room


def _renew(pane: pn.pane.HTML, text: str) -> None:
    if pane.object != text:
        pane.object = text
