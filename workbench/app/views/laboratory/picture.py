"""One information plane as a picture."""

import numpy as np
from bokeh.models import ColorBar, ColumnDataSource, LabelSet, LogColorMapper, PolyAnnotation, Range1d, Span, Title
from bokeh.palettes import Viridis256
from bokeh.plotting import figure
from bokeh.transform import transform

from workbench.app.images import Array
from workbench.app.trainings import Path
from workbench.app.views.laboratory.base import GREY, RED
from workbench.app.views.spectrum.plots import empty, fill, new_figure, pane

_ROOM = 0.06  # beyond the limits, of each


class PlanePicture:
    """Paths of layers between the limits H(Y) and log2 N; above the diagonal nothing can lie."""

    def __init__(self, title: str) -> None:
        self.plot = new_figure("I(X;T), bits", "I(T;Y), bits")
        self.plot.title = Title(text=title, text_font_size="12px")
        self.plot.x_range, self.plot.y_range = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self._limits = (0.0, 0.0, 0)
        self.mapper = LogColorMapper(palette=list(Viridis256), low=1, high=10)
        self._lay_out(self.plot)
        self.element = pane(self.plot)

    def _lay_out(self, plot: figure) -> None:
        self.wedge = PolyAnnotation(fill_color=GREY, fill_alpha=0.12, line_alpha=0)
        self.entropy = Span(dimension="width", line_color=RED, line_dash="dashed", line_width=1.3)
        self.ceiling = Span(dimension="height", line_color=RED, line_dash="dashed", line_width=1.3)
        for each in (self.wedge, self.entropy, self.ceiling):
            plot.add_layout(each)
        self.ghost = empty("xs", "ys")
        plot.multi_line("xs", "ys", source=self.ghost, color=GREY, line_width=1.5, line_dash="dotted")
        self.seeds, self.means = empty("xs", "ys"), empty("xs", "ys")
        plot.multi_line("xs", "ys", source=self.seeds, color=GREY, line_width=0.7, alpha=0.35)
        plot.multi_line("xs", "ys", source=self.means, color=GREY, line_width=1.5, alpha=0.7)
        self.points, self.now = empty("x", "y", "epoch"), empty("x", "y", "layer")
        plot.scatter("x", "y", source=self.points, size=6, color=transform("epoch", self.mapper))
        plot.scatter("x", "y", source=self.now, size=10, fill_alpha=0, line_color=RED, line_width=1.8)
        self.marks = empty("x", "y", "text")
        plot.add_layout(_written("layer", self.now, 7))
        plot.add_layout(_written("text", self.marks, -4))
        bar = ColorBar(color_mapper=self.mapper, width=8, title="epoch + 1", background_fill_alpha=0, padding=4)
        plot.add_layout(bar, "right")

    def limits(self, entropy: float, ceiling: float, epochs: int) -> None:
        """H(Y) and log2 N, in bits, and the last epoch."""
        if self._limits == (entropy, ceiling, epochs):
            return
        self._limits = (entropy, ceiling, epochs)
        self.plot.x_range.update(start=-_ROOM * ceiling, end=(1 + _ROOM) * ceiling)
        self.plot.y_range.update(start=-_ROOM * entropy, end=(1 + 2 * _ROOM) * entropy)
        self.entropy.location, self.ceiling.location = entropy, ceiling
        top = 2 * entropy
        self.wedge.update(xs=[-top, top, -top], ys=[-top, top, top])
        self.mapper.update(low=1, high=epochs + 1)
        words = [f"H(Y) = {entropy:.3g}", f"log₂ N = {ceiling:.4g}"]
        fill(self.marks, {"x": [ceiling, ceiling], "y": [entropy, -_ROOM * entropy], "text": words})

    def show(self, path: Path, layers: tuple[str, ...], ghost: Path, until: int | None) -> None:
        """Draw the epochs that are measured; those after `until` are left out."""
        epochs = np.array(sorted(e for e in list(path) if until is None or e <= until))
        fill(self.ghost, _lines(_sides(ghost, np.array(sorted(ghost))).mean(-1)))
        if not len(epochs):
            nothing = {"xs": [], "ys": []}
            fill(self.seeds, nothing)
            fill(self.means, nothing)
            fill(self.points, {"x": [], "y": [], "epoch": []})
            fill(self.now, {"x": [], "y": [], "layer": []})
            return
        sides = _sides(path, epochs)
        mean = sides.mean(-1)
        fill(self.means, _lines(mean))
        fill(self.seeds, _lines(sides.reshape(2, len(epochs), -1)))
        colours = np.repeat(epochs + 1, mean.shape[2])
        fill(self.points, {"x": mean[0].ravel(), "y": mean[1].ravel(), "epoch": colours})
        fill(self.now, {"x": mean[0, -1], "y": mean[1, -1], "layer": list(layers)})


def _written(column: str, source: ColumnDataSource, shift: int) -> LabelSet:
    """Words beside points: to the right of them, or to the left for a negative shift."""
    side = "left" if shift > 0 else "right"
    words = LabelSet(x="x", y="y", text=column, source=source, x_offset=shift, y_offset=4, text_font_size="11px")
    words.update(text_color=RED, text_align=side)
    return words


def _sides(path: Path, epochs: Array) -> Array:
    """I(X;T) and I(T;Y): (2, epochs, layers, S)."""
    if not len(epochs):
        return np.zeros((2, 0, 0, 1))
    return np.stack([np.stack([side.numpy() for side in path[int(e)][:2]]) for e in epochs], 1)


def _lines(paths: Array) -> dict[str, list[Array]]:
    """A line for each column of (2, epochs, columns)."""
    return {name: list(side.T) for name, side in zip(("xs", "ys"), paths, strict=True)}
