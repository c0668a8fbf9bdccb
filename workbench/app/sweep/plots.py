"""Settings of a sweep drawn: tiles over two parameters, points over one, lines across all."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColorBar, FixedTicker, LinearColorMapper
from bokeh.palettes import Viridis256
from bokeh.plotting import figure

from workbench.app.toolkit.figures import empty, fill, new_figure, tap
from workbench.figures.colours import COLOURS, MARK
from workbench.figures.value_axis import as_short_text, column_of, ends, heights, is_geometric, is_numeric
from workbench.live.saved.sweep_cells import SweepSlice
from workbench.sweeps import SettingResult

Chosen = Callable[[SettingResult], None]
_ROOM = 0.5
_NAMES, _FEWER = 8, 6  # on one axis at the most, and where there are more numbers


class SettingPlot:
    """A plot in which a click on a setting chooses it."""

    def __init__(self, plot: figure, chosen: Chosen) -> None:
        self.plot, self._chosen = plot, chosen
        self.mapper = LinearColorMapper(palette=Viridis256, low=0, high=1, nan_color="#80808040")
        self._settings: Sequence[SettingResult] = ()

    def _listen(self, source: Any, glyphs: list[Any]) -> None:
        tap(self.plot, glyphs)
        for glyph in glyphs:
            glyph.nonselection_glyph = glyph.selection_glyph = None
        source.selected.on_change("indices", lambda name, old, new: self._tapped(source, new))

    def _tapped(self, source: Any, places: list[int]) -> None:
        if places and places[0] < len(self._settings):
            found = self._settings[places[0]]
            source.selected.indices = []
            self._chosen(found)

    def _reach(self, values: np.ndarray) -> None:
        there = values[np.isfinite(values)]
        low, high = (float(there.min()), float(there.max())) if len(there) else (0.0, 1.0)
        self.mapper.update(low=low, high=high if high > low else low + 1e-9)


class SettingMap(SettingPlot):
    """A tile for each pair of values; a frame round the one in hand."""

    def __init__(self, chosen: Chosen) -> None:
        super().__init__(new_figure("", ""), chosen)
        self.source, self.frame = empty("x", "y", "value"), empty("x", "y")
        colour: Any = {"field": "value", "transform": self.mapper}
        tiles = self.plot.rect("x", "y", 1, 1, source=self.source, fill_color=colour, line_color=None)
        self.plot.rect("x", "y", 1, 1, source=self.frame, fill_color=None, line_color=MARK, line_width=3)
        self.bar = ColorBar(color_mapper=self.mapper, width=12, padding=4, background_fill_alpha=0)
        self.plot.add_layout(self.bar, "right")
        self._listen(self.source, [tiles])

    def show(self, sight: SweepSlice, label: str, cell: SettingResult | None) -> None:
        """The settings of a plane."""
        self._settings = sight.settings
        places = [_places([each.words[path] for each in sight.settings]) for path in (sight.across, sight.up)]
        values = np.array([each.mean for each in sight.settings])
        self._reach(values)
        (x, across), (y, up) = places
        fill(self.source, {"x": x, "y": y, "value": values})
        here = [i for i, each in enumerate(sight.settings) if cell is not None and each.index == cell.index]
        fill(self.frame, {"x": x[here], "y": y[here]})
        for axis, reach, names, path in (
            (self.plot.xaxis[0], self.plot.x_range, across, sight.across),
            (self.plot.yaxis[0], self.plot.y_range, up, sight.up),
        ):
            axis.update(
                ticker=FixedTicker(ticks=_few(len(names))),
                major_label_overrides=dict(enumerate(names)),
                axis_label=path,
            )
            reach.update(start=-_ROOM, end=len(names) - _ROOM)
        self.bar.title = label


class SettingPoints(SettingPlot):
    """A point a setting over one parameter, with the deviation over seeds; a ring round the one in hand."""

    def __init__(self, chosen: Chosen) -> None:
        super().__init__(new_figure("", ""), chosen)
        self.source, self.bars, self.ring = empty("x", "y"), empty("x", "low", "high"), empty("x", "y")
        self.plot.segment("x", "low", "x", "high", source=self.bars, line_color=COLOURS[0], line_width=1.5)
        dots = self.plot.scatter("x", "y", source=self.source, size=10, color=COLOURS[0])
        self.plot.scatter("x", "y", source=self.ring, size=16, fill_color=None, line_color=MARK, line_width=3)
        self._listen(self.source, [dots])

    def show(self, sight: SweepSlice, label: str, cell: SettingResult | None) -> None:
        """The settings of a plane, which has one parameter, or those of a design."""
        self._settings = sight.settings
        x, names = _positions([each.words[sight.across] for each in sight.settings])
        y = np.array([each.mean for each in sight.settings])
        spread = np.nan_to_num(np.array([each.deviation for each in sight.settings]))
        fill(self.source, {"x": x, "y": y})
        fill(self.bars, {"x": x, "low": y - spread, "high": y + spread})
        here = [i for i, each in enumerate(sight.settings) if cell is not None and each.index == cell.index]
        fill(self.ring, {"x": x[here], "y": y[here]})
        ticks = list(names)
        self.plot.xaxis[0].update(ticker=FixedTicker(ticks=ticks), major_label_overrides=names, axis_label=sight.across)
        self.plot.yaxis[0].axis_label = label
        there = np.concatenate([y - spread, y + spread])
        there = there[np.isfinite(there)]
        if len(there):
            room = 0.06 * float(there.max() - there.min()) or 1.0
            self.plot.y_range.update(start=float(there.min()) - room, end=float(there.max()) + room)
        room = 0.06 * float(x.max() - x.min()) or 1.0
        self.plot.x_range.update(start=float(x.min()) - room, end=float(x.max()) + room)


class SettingLines(SettingPlot):
    """A line a setting across one axis a parameter, coloured by the quantity; the one in hand is broad."""

    def __init__(self, chosen: Chosen) -> None:
        super().__init__(new_figure("", ""), chosen)
        self.source, self.hand = empty("xs", "ys", "value"), empty("xs", "ys")
        self.ends = empty("x", "y", "text")
        colour: Any = {"field": "value", "transform": self.mapper}
        lines = self.plot.multi_line("xs", "ys", source=self.source, line_color=colour, line_width=2.5)
        self.plot.multi_line("xs", "ys", source=self.hand, line_color=MARK, line_width=5, line_alpha=0.8)
        self.plot.text(
            "x", "y", "text", source=self.ends, text_align="center", text_baseline="middle", text_font_size="11px",
            text_color=COLOURS[0],
        )  # fmt: skip
        self.plot.yaxis.visible = self.plot.ygrid.visible = False
        self.bar = ColorBar(color_mapper=self.mapper, width=12, padding=4, background_fill_alpha=0)
        self.plot.add_layout(self.bar, "right")
        self._listen(self.source, [lines])

    def show(self, settings: Sequence[SettingResult], label: str, cell: SettingResult | None) -> None:
        """All settings of a sweep that have a value."""
        self._settings = [each for each in settings if math.isfinite(each.mean)]
        paths = list(self._settings[0].words) if self._settings else []
        columns = [column_of([each.words[path] for each in self._settings]) for path in paths]
        tall = [heights(column) for column in columns]
        values = np.array([each.mean for each in self._settings])
        self._reach(values)
        xs = [list(range(len(paths))) for _ in self._settings]
        ys = [[float(column[i]) for column in tall] for i in range(len(self._settings))]
        fill(self.source, {"xs": xs, "ys": ys, "value": values})
        here = [i for i, each in enumerate(self._settings) if cell is not None and each.index == cell.index]
        fill(self.hand, {"xs": [xs[i] for i in here], "ys": [ys[i] for i in here]})
        fill(self.ends, _ends(columns))
        self.plot.xaxis[0].update(
            ticker=FixedTicker(ticks=list(range(len(paths)))), major_label_overrides=dict(enumerate(paths))
        )
        self.plot.x_range.update(start=-_ROOM, end=len(paths) - _ROOM)
        self.plot.y_range.update(start=-0.15, end=1.15)
        self.bar.title = label


def _places(values: list[Any]) -> tuple[np.ndarray, list[str]]:
    """Places 0, 1, 2, ... of values, numbers in their order, and what each place is called."""
    distinct = list(dict.fromkeys(values))
    if all(isinstance(value, int | float) for value in distinct):
        distinct.sort()
    return np.array([distinct.index(value) for value in values], float), [as_short_text(value) for value in distinct]


def _positions(values: list[Any]) -> tuple[np.ndarray, dict[float, str]]:
    """Where values stand on an axis, logarithmic where they are far apart, and what stands at some places."""
    column = column_of(values)
    if not is_numeric(column):
        places, names = _places(values)
        return places, {float(place): names[place] for place in _few(len(names))}
    place = np.log10 if is_geometric(column) else np.asarray
    few = np.unique(column)
    shown = few if len(few) <= _NAMES else few[np.linspace(0, len(few) - 1, _FEWER).round().astype(int)]
    return place(column.astype(float)), {float(place(v)): as_short_text(v) for v in shown}


def _few(count: int) -> list[int]:
    """Places whose names find room on an axis."""
    return list(range(0, count, -(-count // _NAMES)))


def _ends(columns: list[np.ndarray]) -> dict[str, list[Any]]:
    """The values at both ends of every axis; of names, each."""
    places = [
        (place, height + (0.06 if height >= 1 else -0.06), text)
        for place, column in enumerate(columns)
        for height, text in ends(column)
    ]
    return {name: [each[i] for each in places] for i, name in enumerate(("x", "y", "text"))}
