"""Up to four pictures beside each other on one scale, or two in one."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import Span

from workbench.app.standing.narrow import pictures_abreast
from workbench.app.toolkit.panels import Panel
from workbench.live.images import Array, Limits
from workbench.live.pins.beside import COLUMNS

_SIZE = {"max-width": "min(38 * var(--vh, 1vh), calc(100% - 75% * var(--wide) - 8px))"}
_WIDE = {"max-width": "min(46 * var(--vh, 1vh), calc(100% - 50% * var(--wide) - 8px))"}
_THIRD = {"max-width": "min(42 * var(--vh, 1vh), calc(100% - 66% * var(--wide) - 8px))"}
_FEW = 2  # pictures, beside which there is room
_MARK = "#ff9800"
Drawn = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Tile:
    """A picture with its title and a detail; `stands` tells whether it is another one than before."""

    title: str
    values: Array
    stands: Drawn
    detail: str = ""


class PictureColumns:
    """The panels; a zoom into one is a zoom into all. What stands `aside` goes `below` where it finds no room."""

    def __init__(self, aside: pn.viewable.Viewable) -> None:
        self.panels = [Panel("") for _ in range(COLUMNS)]
        for panel in self.panels[1:]:
            panel.share(self.panels[0])
        self.row, self.below = pictures_abreast(), pmui.Column(sizing_mode="stretch_width", margin=0)
        self._aside = aside
        self.row_marks = [_span("width", 1) for _ in self.panels]
        self.divider = _span("height", 2)
        for panel, mark in zip(self.panels, self.row_marks, strict=True):
            panel.image.add_layout(mark)
        self.panels[0].image.add_layout(self.divider)
        self._drawn: list[Drawn] = [()] * COLUMNS
        self._framed: tuple[int, ...] = ()
        self._count = 0

    def show(self, tiles: list[Tile], limits: Limits, palette: tuple[str, ...], whole: bool) -> None:
        """Draw those that are others than before, in these colours, in small unless `whole`."""
        tiles = tiles[:COLUMNS]
        self._arrange(len(tiles))
        self._frame([tile.values.shape for tile in tiles])
        for panel, drawn, tile in zip(self.panels, tuple(self._drawn), tiles, strict=False):
            wanted = (tile.title, tile.detail, limits, palette, tile.values.shape, whole, *tile.stands)
            if wanted != drawn:
                self._drawn[self.panels.index(panel)] = wanted
                panel.title = tile.title
                panel.recolour(palette)
                panel.describe(tile.detail)
                panel.show(tile.values, limits, whole)

    def mark(self, at: float | None, cut: float | None) -> None:
        """Lines across: along the row of the profile, and down where two pictures meet; None for none."""
        for each in self.row_marks:
            each.update(location=at or 0.0, visible=at is not None)
        self.divider.update(location=cut or 0.0, visible=cut is not None)

    def _arrange(self, count: int) -> None:
        if count != self._count:
            self._count = count
            few = 0 < count <= _FEW
            for panel in self.panels:
                panel.element.styles = _WIDE if count == 1 else _THIRD if few else _SIZE
            self.below[:] = []
            self.row[:] = [*(panel.element for panel in self.panels[:count]), *[self._aside] * few]
            self.below[:] = [] if few else [self._aside]

    def _frame(self, shapes: list[tuple[int, ...]]) -> None:
        """All of the largest in sight."""
        if not shapes:
            return
        largest = max(shapes, key=lambda shape: (len(shape), max(shape[:2])))
        if largest != self._framed:
            self._framed = largest
            for panel in self.panels:
                panel.fit(largest)


def divided(left: Array, right: Array, share: float) -> tuple[Array, int]:
    """One picture left of a line and the other one right of it, and where the line is, in px."""
    axis = min(left.ndim, 2) - 1
    cut = round(share * left.shape[axis])
    both = np.split(left, [cut], axis)[0], np.split(right, [cut], axis)[1]
    return np.concatenate(both, axis), cut


def along(picture: Array, share: float) -> tuple[Array, int]:
    """The values of one row, the mean of its colours, and which row; all of a 1-D signal."""
    if picture.ndim == 1:
        return picture, 0
    at = min(int(share * picture.shape[0]), picture.shape[0] - 1)
    row = picture[at]
    return (row.mean(axis=1) if row.ndim == 2 else row), at


def _span(dimension: Literal["width", "height"], width: int) -> Span:
    return Span(location=0, dimension=dimension, line_color=_MARK, line_width=width, visible=False)
