"""Pictures and curves of a comparison as figures. Matplotlib is imported late."""

import io
from typing import TYPE_CHECKING

import numpy as np

from workbench.comparison.curves import ABSCISSAE, CurveAxis
from workbench.comparison.marks import Mark
from workbench.comparison.pictures import PictureRow
from workbench.figures.canvas import new_figure
from workbench.figures.colours import COLOURS, told_apart
from workbench.run import PROGRAM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1b1c1d"  # of words and frames: a page puts the colour of its text in its place
DASHES = ("-", "--", "-.", ":")
_COLUMNS = 4  # pictures in a row
_QUIET = {"Date": None, "Creator": PROGRAM, "Format": None, "Type": None}
Marks = tuple[Mark | None, ...]


def svg(figure: "Figure") -> str:
    """The figure as a file of SVG that names no date."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", transparent=True, metadata=_QUIET)
    return stream.getvalue()


def curves(axes: tuple[CurveAxis, ...], marks: Marks = ()) -> "Figure":
    """An axis beside the other; rings at the marks of the runs."""
    figure = new_figure(4.6 * len(axes), 3.4)
    for place, axis in zip(np.atleast_1d(figure.subplots(1, len(axes))), axes, strict=True):
        _draw(place, axis, marks)
    return figure


def _draw(place: "Axes", axis: CurveAxis, marks: Marks) -> None:
    for curve in axis.curves:
        colour, dash = told_apart(curve.run)
        place.plot(curve.xs, curve.values, color=colour, linestyle=DASHES[dash], linewidth=1.6, label=curve.label)
        mark = marks[curve.run] if marks else None
        for row in np.flatnonzero(curve.ks == mark.k) if mark is not None and mark.reached else ():
            place.plot([curve.xs[row]], [curve.values[row]], "o", markersize=7, color=colour, fillstyle="none")
    place.set_xlabel(ABSCISSAE[axis.over], color=INK)
    place.set_ylabel(axis.words, color=INK)
    place.set_yscale("log" if axis.log else "linear")
    _ink(place)
    place.grid(alpha=0.25)
    place.margins(x=0.02)
    if len(axis.curves) > 1:
        place.legend(fontsize=8, labelcolor=INK, framealpha=0, edgecolor="none")
    elif axis.title:
        place.set_title(axis.title, fontsize=9, color=INK)


def _ink(place: "Axes") -> None:
    place.tick_params(colors=INK, which="both", labelsize=8)
    for spine in place.spines.values():
        spine.set_edgecolor(INK)


def pictures(row: PictureRow) -> "Figure":
    """The pictures with their titles on one scale, at most four in a row, and the bar of that scale."""
    count = len(row.pictures)
    columns = min(count, _COLUMNS)
    rows = -(-count // columns)
    figure = new_figure(2.3 * columns + 0.6, 2.45 * rows)
    places = np.atleast_1d(figure.subplots(rows, columns)).flat
    shown = None
    for place, title, picture in zip(places, row.titles, row.pictures, strict=False):
        place.set_title(title, fontsize=8, color=INK, wrap=True)
        shown = _picture(place, picture, row) or shown
    for place in list(places)[count:]:
        place.set_visible(False)
    for place in list(figure.axes)[count:]:
        place.set_visible(False)
    if shown is not None:
        bar = figure.colorbar(shown, ax=figure.axes, shrink=0.85, pad=0.02)
        bar.ax.tick_params(labelsize=7, colors=INK)
        bar.outline.set_edgecolor(INK)  # type: ignore[operator]
    return figure


def _picture(place: "Axes", picture: np.ndarray, row: PictureRow):
    low, high = row.limits
    if picture.ndim == 1:
        place.plot(picture, color=COLOURS[0], linewidth=1)
        place.set_ylim(low, high)
        place.margins(x=0)
        _ink(place)
        return None
    place.set_axis_off()
    colour = picture.ndim == 3
    drawn = np.clip((picture - low) / (high - low), 0, 1) if colour else picture
    image = place.imshow(drawn, cmap=row.colours, vmin=low, vmax=high, interpolation="nearest")
    return None if colour else image


def png(picture: np.ndarray, row: PictureRow) -> bytes:
    """One picture of the row as a PNG file, a pixel for a pixel, in its colours."""
    new_figure(1, 1)  # or the sentence that matplotlib is missing
    from matplotlib.image import imsave

    low, high = row.limits
    stream = io.BytesIO()
    if picture.ndim == 3:
        imsave(stream, np.clip((picture - low) / (high - low), 0, 1), format="png")
    else:
        imsave(stream, np.nan_to_num(picture, nan=low), cmap=row.colours, vmin=low, vmax=high, format="png")
    return stream.getvalue()
