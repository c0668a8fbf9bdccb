"""Runs beside each other as plots: their pictures on one scale, and their curves over each other with marks."""

from typing import TYPE_CHECKING, Any

import holoviews as hv
import numpy as np

from workbench.comparison import ABSCISSAE, CurveAxis, Mark, PictureRow
from workbench.comparison.recorded_rows import EXCESS
from workbench.figures.colours import told_apart
from workbench.plots.style import signal, styled
from workbench.tensors import shown

if TYPE_CHECKING:
    from workbench.comparison import Comparison

_USUAL = (EXCESS, "psnr", "residual")  # the first two that were recorded
_DASHES = ("solid", "dashed", "dotted", "dashdot")
_COLUMNS = 4


def comparison(found: "Comparison", *names: str, over: str = "k", accuracy: float = 1e-3) -> Any:
    """Pictures of compared runs on one scale, and below them their curves over "k", "seconds" or "calls".

    `names` say which quantities, and then there are no pictures. Rings: where each run was first within `accuracy` of
    the best objective, or near the best PSNR of its truth. Objectives of different problems have axes of their own.
    """
    wanted = names or tuple(n for n in _USUAL if n in found.quantities)[:2]
    drawn = [
        _overlay(axis, _marks(found, name, accuracy))
        for name in wanted
        for axis in found.curves(name, over)
        if name != EXCESS or names or len(axis.curves) > 1  # one alone is its own best
    ]
    if names:
        return drawn[0] if len(drawn) == 1 else hv.Layout(drawn).cols(3)
    return hv.Layout([*_pictures(found.pictures()), *drawn]).cols(_COLUMNS)


def _marks(found: "Comparison", name: str, accuracy: float) -> tuple[Mark | None, ...]:
    if name in (EXCESS, "objective"):
        return found.marks(accuracy)
    return found.psnr_marks() if name == "psnr" else ()


def _overlay(axis: CurveAxis, marks: tuple[Mark | None, ...]) -> Any:
    """Lines that differ by dash as well as by colour, and a ring at each mark."""
    across = hv.Dimension(axis.over, label=ABSCISSAE[axis.over])
    # HoloViews 1.23 takes a label that is the name of a dimension for its numbers.
    up = hv.Dimension((f"{axis.name} of runs", axis.label), unit=axis.unit or None)
    drawn: list[Any] = []
    for curve in axis.curves:
        colour, number = told_apart(curve.run)
        dash = _DASHES[number]
        line = styled(hv.Curve((curve.xs, curve.values), across, up, label=curve.label), color=colour, logy=axis.log)
        drawn.append(line.opts(line_dash=dash, backend="bokeh").opts(linestyle=dash, backend="matplotlib"))
        mark = marks[curve.run] if marks else None
        rows = np.flatnonzero(curve.ks == mark.k) if mark is not None and mark.reached else np.zeros(0, int)
        if len(rows):
            ring = styled(hv.Scatter((curve.xs[rows], curve.values[rows]), across, up), color=colour, logy=axis.log)
            drawn.append(ring.opts(size=9, fill_alpha=0, backend="bokeh").opts(s=60, backend="matplotlib"))
    return styled(hv.Overlay(drawn), title=axis.title or axis.name)


def _pictures(row: PictureRow) -> list[Any]:
    """Each on the scale of all; a zoom into one is a zoom into those of its size."""
    made, value = [], hv.Dimension("value")
    for title, picture in zip(row.titles, row.pictures, strict=True):
        size = shown(picture.shape[:2])
        axes = (f"row of {size}", f"column of {size}")[-min(picture.ndim, 2) :]
        made.append(signal(picture, axes, value, title=title, cmap=row.colours, clim=row.limits))
    return made
