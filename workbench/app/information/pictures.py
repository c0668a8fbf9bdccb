"""Two pictures of paths: the plane, and what goes on over the iterations."""

import numpy as np
from bokeh.models import ColorBar, ColumnDataSource, HoverTool, LabelSet, LogAxis, LogColorMapper, LogScale, Range1d
from bokeh.palettes import Viridis256
from bokeh.transform import transform

from workbench.analysis.information.paths import Track
from workbench.app.toolkit.figures import Here, empty, fill, legend, new_figure, pane, positive, reach
from workbench.figures.colours import HERE
from workbench.live.images import Array

COLOURS = ("#2f86d0", "#ec7f2b")  # of the first path and the second
_CURVE, _CEILING, _CLASSES = "#7048e8", "#d6336c", "#38a169"
_NAMES = ("first", "second")


class PlanePicture:
    """I(y;T) against I(x;T): paths whose colour is the iteration, below the ceiling and the bottleneck curve."""

    def __init__(self) -> None:
        self.plot = new_figure("I(y;T), bits", "I(x;T), bits")
        self.mapper = LogColorMapper(palette=list(Viridis256), low=1, high=2)
        self.curve, self.ceiling = empty("x", "y"), empty("x", "y")
        self.above, self.beside = empty("x", "y", "text"), empty("x", "y", "text")
        self.plot.line("x", "y", source=self.ceiling, color=_CEILING, line_dash="dashed", line_width=1.4)
        self.plot.line("x", "y", source=self.curve, color=_CURVE, line_width=1.8)
        self.paths = [empty("x", "y", "at", "k") for _ in COLOURS]
        self.bests = [empty("x", "y") for _ in COLOURS]
        lines, dots = [], []
        for colour, marker, path, best in zip(COLOURS, ("circle", "triangle"), self.paths, self.bests, strict=True):
            shade = transform("at", self.mapper)
            line = self.plot.line("x", "y", source=path, color=colour, line_width=1.6)
            dots.append(self.plot.scatter("x", "y", source=path, marker=marker, size=7, color=shade))
            ring = self.plot.scatter("x", "y", source=best, size=13, fill_alpha=0, line_color=colour, line_width=2)
            lines.append([line, dots[-1], ring])
        self.moment = empty("x", "y")
        self.plot.scatter("x", "y", source=self.moment, size=15, marker="diamond", color=HERE, line_color="white")
        words = (_words(self.above, _CEILING, "right", 0), _words(self.beside, _CURVE, "left", 8))
        for each in words:
            self.plot.add_layout(each)
        tips = [("k", "@k"), ("I(y;T)", "@x"), ("I(x;T)", "@y")]
        self.plot.add_tools(HoverTool(renderers=dots, tooltips=tips))
        self.bar = ColorBar(color_mapper=self.mapper, width=8, title="k + 1", background_fill_alpha=0, padding=4)
        self.bar.visible = False  # its numbers mean nothing before there is a path
        self.plot.add_layout(self.bar, "right")
        self.items = legend(self.plot, dict(zip(_NAMES, lines, strict=True)))
        _name(self.items, ())
        self.element = pane(self.plot)

    def show(self, tracks: tuple[Track, ...], rule: str) -> None:
        """Draw the paths; the rule of tau stands on the axis."""
        text = f"I(y;T), bits, for T = x_k + tau w, {rule}"
        if self.plot.xaxis[0].axis_label != text:
            self.plot.xaxis[0].axis_label = text
        self.bar.visible = any(len(t.k) for t in tracks)
        last = max((float(t.k[-1]) for t in tracks if len(t.k)), default=1.0)
        self.mapper.update(low=1, high=max(last, 1) + 1)
        shown = zip(self.paths, self.bests, _padded(tracks), strict=True)
        for path, best, track in shown:
            none = track is None or not len(track.k)
            at = slice(0) if track is None or none else slice(track.best, track.best + 1)
            columns = {"x": [], "y": [], "k": []} if track is None else {"x": track.i_y, "y": track.i_x, "k": track.k}
            fill(path, columns | {"at": np.asarray(columns["k"]) + 1})
            fill(best, {"x": columns["x"][at], "y": columns["y"][at]})
        _name(self.items, tracks)

    def look_back(self, tracks: tuple[Track, ...], k: int | None) -> None:
        """Where the paths are at iteration k, so far as they go; None: at their ends, without a mark."""
        there = [(t, int(np.searchsorted(t.k, k, side="right")) - 1) for t in tracks if k is not None and len(t.k)]
        seen = [(t, row) for t, row in there if row >= 0 and t.k[-1] >= (k or 0)]
        fill(self.moment, {"x": [t.i_y[row] for t, row in seen], "y": [t.i_x[row] for t, row in seen]})

    def limit(self, height: float, text: str, end: float) -> None:
        """A line that no path can cross, up to I(y;T) = end."""
        there = np.isfinite(height) and end > 0
        fill(self.ceiling, {"x": [0.0, end], "y": [height] * 2} if there else {"x": [], "y": []})
        fill(self.above, {"x": [end], "y": [height], "text": [text]} if there else {"x": [], "y": [], "text": []})

    def bend(self, i_y: Array, i_x: Array) -> None:
        """The bottleneck curve, its name beside the middle of its height."""
        fill(self.curve, {"x": i_y, "y": i_x})
        middle = int(np.searchsorted(i_x, 0.5 * i_x[-1]))
        fill(self.beside, {"x": i_y[[middle]], "y": i_x[[middle]], "text": ["bottleneck"]})


class CoursePicture:
    """Over k: the noise memorised, I(y;T|x), and the information on the classes; on the right the error."""

    def __init__(self) -> None:
        self.plot = new_figure("iteration k", "noise memorised I(y;T|x), bits")
        # Bokeh finds no range of its own for a logarithmic axis that was empty at first.
        self.errors = Range1d(start=0.1, end=1)
        self.plot.extra_y_ranges = {"error": self.errors}
        self.plot.extra_y_scales = {"error": LogScale()}
        self.plot.add_layout(LogAxis(y_range_name="error", axis_label="mean square error (dashed)"), "right")
        self.sources = [empty("k", "memorised", "error", "label") for _ in COLOURS]
        self.labels: list = []
        lines = []
        for colour, source in zip(COLOURS, self.sources, strict=True):
            kept = self.plot.line("k", "memorised", source=source, color=colour, line_width=2)
            dot = self.plot.scatter("k", "memorised", source=source, color=colour, size=4)
            error = self.plot.line("k", "error", source=source, color=colour, line_dash="dashed", y_range_name="error")
            ends = self.plot.scatter("k", "error", source=source, color=colour, size=4, y_range_name="error")
            self.labels.append(self.plot.line("k", "label", source=source, color=_CLASSES, line_width=2))
            lines.append([kept, dot, error, ends])
        self.here = Here(self.plot)
        self.items = legend(self.plot, dict(zip(_NAMES, lines, strict=True)) | {"I(label;T)": self.labels})
        self.show(())
        self.element = pane(self.plot)

    def show(self, tracks: tuple[Track, ...]) -> None:
        for source, track in zip(self.sources, _padded(tracks), strict=True):
            if track is None:
                fill(source, {name: [] for name in ("k", "memorised", "error", "label")})
                continue
            columns = {"memorised": track.memorised, "error": positive(track.error), "label": track.label}
            fill(source, columns | {"k": track.k})
        _name(self.items, tracks)
        errors = np.concatenate([track.error[track.error > 0] for track in tracks] or [np.array([])])
        if len(errors):
            reach(self.errors, 0.9 * float(errors.min()), 1.1 * float(errors.max()))
        classes = any(np.isfinite(t.label).any() for t in tracks)
        self.items["I(label;T)"].visible = classes


def _words(source: ColumnDataSource, colour: str, side: str, shift: int) -> LabelSet:
    """Words at points, left or right of them."""
    words = LabelSet(x="x", y="y", text="text", source=source, text_font_size="11px", text_color=colour)
    words.update(y_offset=3, x_offset=shift, text_align=side)
    return words


def _padded(tracks: tuple[Track, ...]) -> tuple[Track | None, ...]:
    return (*tracks, *[None] * len(COLOURS))[: len(COLOURS)]


def _name(items: dict, tracks: tuple[Track, ...]) -> None:
    """The legend says the names of what is drawn."""
    for name, track in zip(_NAMES, _padded(tracks), strict=True):
        items[name].update(visible=track is not None, label={"value": track.name if track else name})
