"""One information plane as a picture."""

import numpy as np
from bokeh.models import ColorBar, ColumnDataSource, LabelSet, LogColorMapper, PolyAnnotation, Range1d, Span, Title
from bokeh.palettes import Viridis256
from bokeh.plotting import figure
from bokeh.transform import transform

from workbench.app.laboratory.base import GREY, RED
from workbench.app.toolkit.figures import empty, fill, new_figure, pane, reach
from workbench.live.images import Array
from workbench.networks import PlanePath

_NEAR = 0.04  # of the limits: points that share a name
_ROOM = 0.06  # beyond the limits, of each


class LayerPlanePicture:
    """Paths of layers between the limits H(Y) and log2 N; above the diagonal nothing can lie."""

    def __init__(self, title: str) -> None:
        self.plot = new_figure("I(X;T), bits", "I(T;Y), bits")
        self.plot.title = Title(text=title, text_font_size="12px")
        self.plot.x_range, self.plot.y_range = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self._limits = (0.0, 0.0, 0)
        self.mapper = LogColorMapper(palette=list(Viridis256), low=1, high=10)
        self._lay_out(self.plot)
        self.element = pane(self.plot)
        self.element.styles = {"flex": "1 1 0", "min-width": "0"}  # pictures that join later get their share

    def _lay_out(self, plot: figure) -> None:
        self.wedge = PolyAnnotation(fill_color=GREY, fill_alpha=0.12, line_alpha=0)
        self.entropy = Span(dimension="width", line_color=RED, line_dash="dashed", line_width=1.3)
        self.ceiling = Span(dimension="height", line_color=RED, line_dash="dashed", line_width=1.3)
        for each in (self.wedge, self.entropy, self.ceiling):
            plot.add_layout(each)
        self.band = empty("xs", "ys")
        plot.patches("xs", "ys", source=self.band, color=GREY, alpha=0.18, line_alpha=0)
        self.ghost = empty("xs", "ys")
        plot.multi_line("xs", "ys", source=self.ghost, color=GREY, line_width=1.5, line_dash="dotted")
        self.seeds, self.means = empty("xs", "ys"), empty("xs", "ys")
        plot.multi_line("xs", "ys", source=self.seeds, color=GREY, line_width=0.8, alpha=0.55)
        plot.multi_line("xs", "ys", source=self.means, color=GREY, line_width=1.5, alpha=0.7)
        self.points, self.now = empty("x", "y", "epoch"), empty("x", "y")
        plot.scatter("x", "y", source=self.points, size=6, color=transform("epoch", self.mapper))
        plot.scatter("x", "y", source=self.now, size=10, fill_alpha=0, line_color=RED, line_width=1.8)
        self.marks = empty("x", "y", "text", "side", "shift")
        self.names = empty("x", "y", "text", "side", "shift")
        plot.add_layout(_written(self.names))
        plot.add_layout(_written(self.marks))
        bar = ColorBar(color_mapper=self.mapper, width=8, title="epoch + 1", background_fill_alpha=0, padding=4)
        plot.add_layout(bar, "right")

    def limits(self, entropy: float, ceiling: float, epochs: int) -> None:
        """H(Y) and log2 N, in bits, and the last epoch."""
        if self._limits == (entropy, ceiling, epochs):
            return
        self._limits = (entropy, ceiling, epochs)
        reach(self.plot.x_range, -_ROOM * ceiling, (1 + _ROOM) * ceiling)
        reach(self.plot.y_range, -_ROOM * entropy, (1 + 2 * _ROOM) * entropy)
        self.entropy.location, self.ceiling.location = entropy, ceiling
        top = 2 * entropy
        self.wedge.update(xs=[-top, top, -top], ys=[-top, top, top])
        self.mapper.update(low=1, high=epochs + 1)
        words = [f"H(Y) = {entropy:.3g}", f"log₂ N = {ceiling:.4g}"]
        x, y = [0.3 * ceiling, ceiling], [entropy, -_ROOM * entropy]
        fill(self.marks, {"x": x, "y": y, "text": words, "side": ["right"] * 2, "shift": [-5] * 2})

    def show(self, path: PlanePath, layers: tuple[str, ...], ghost: PlanePath, until: int | None) -> None:
        """Draw the epochs that are measured; those after `until` are left out."""
        epochs = np.array(sorted(e for e in list(path) if until is None or e <= until))
        if not len(epochs):
            self.clear()
            return
        sides = _sides(path, epochs)
        mean = sides.mean(-1)
        fill(self.ghost, _lines(_sides(ghost, np.array(sorted(ghost))).mean(-1)))
        fill(self.means, _lines(mean))
        fill(self.seeds, _lines(sides.reshape(2, len(epochs), -1)))
        colours = np.repeat(epochs + 1, mean.shape[2])
        fill(self.points, {"x": mean[0].ravel(), "y": mean[1].ravel(), "epoch": colours})
        self._name(mean[:, -1], layers)

    def spread(self, around: list[PlanePath], until: int | None) -> None:
        """A band for each layer between the mean paths of two other readings; nothing where there are not two."""
        both = set(around[0]) & set(around[1]) if len(around) == 2 else set()
        epochs = np.array(sorted(e for e in both if until is None or e <= until))
        if not len(epochs):
            fill(self.band, {"xs": [], "ys": []})
            return
        there, back = (_sides(path, epochs).mean(-1) for path in around)
        fill(self.band, _lines(np.concatenate([there, back[:, ::-1]], 1)))

    def clear(self) -> None:
        """Nothing is known."""
        for source in (self.band, self.ghost, self.seeds, self.means):
            fill(source, {"xs": [], "ys": []})
        fill(self.points, {"x": [], "y": [], "epoch": []})
        fill(self.now, {"x": [], "y": []})
        fill(self.names, {"x": [], "y": [], "text": [], "side": [], "shift": []})

    def _name(self, points: Array, layers: tuple[str, ...]) -> None:
        """Rings around the last points, (2, layers), and the layers' names beside them."""
        fill(self.now, {"x": points[0], "y": points[1]})
        groups = _together(points, self._limits)
        x, y = points[:, [g[-1] for g in groups]]
        right = x > 0.8 * self._limits[1]  # there is no room beyond
        words = [", ".join(layers[i] for i in g) for g in groups]
        sides = {"side": np.where(right, "right", "left").tolist(), "shift": np.where(right, -9, 9)}
        fill(self.names, {"x": x, "y": y, "text": words} | sides)


def _written(source: ColumnDataSource) -> LabelSet:
    """Words beside points, on the side that each of them says."""
    words = LabelSet(x="x", y="y", text="text", source=source, x_offset="shift", y_offset=5, text_font_size="11px")
    words.update(text_color=RED, text_align="side")
    return words


def _together(points: Array, limits: tuple[float, float, int]) -> list[list[int]]:
    """Layers whose points, (2, layers), nearly coincide share one word."""
    entropy, ceiling, _ = limits
    near = _NEAR * np.array([[ceiling], [entropy]])
    groups: list[list[int]] = []
    for layer in range(points.shape[1]):
        mates = next((g for g in groups if (np.abs(points[:, g] - points[:, [layer]]) <= near).all()), None)
        groups.append([layer]) if mates is None else mates.append(layer)
    return groups


def _sides(path: PlanePath, epochs: Array) -> Array:
    """I(X;T) and I(T;Y): (2, epochs, layers, S)."""
    if not len(epochs):
        return np.zeros((2, 0, 0, 1))
    return np.stack([np.stack([side.numpy() for side in path[int(e)][:2]]) for e in epochs], 1)


def _lines(paths: Array) -> dict[str, list[Array]]:
    """A line for each column of (2, epochs, columns)."""
    return {name: list(side.T) for name, side in zip(("xs", "ys"), paths, strict=True)}
