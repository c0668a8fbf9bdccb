"""Signals beside each other, and lines over each other, whatever they are of."""

from collections.abc import Mapping
from typing import Any

import holoviews as hv
import numpy as np
from torch import Tensor

from workbench.figures.colours import coloured
from workbench.figures.shown import picture_of, spread
from workbench.plots.style import Limits, signal, styled
from workbench.refusal import Refusal
from workbench.run import signal_dims


def gallery(
    signals: Mapping[str, Tensor], limits: Limits | None = None, colours: str = "gray", columns: int = 4
) -> Any:
    """The first of each batch (B, C, *space) under its name, in `limits` or from its least to its largest value."""
    if not signals:
        raise Refusal("signals by name", "none", 'give {"truth": truth, "data": y}')
    together = len({each.shape for each in signals.values()}) == 1
    whole = hv.Layout([_drawn(name, each, limits, colours) for name, each in signals.items()]).cols(columns)
    return styled(whole, sized=False, shared_axes=together).opts(
        sublabel_format="", vspace=0.2, hspace=0.1, backend="matplotlib"
    )


def _drawn(name: str, each: Tensor, limits: Limits | None, colours: str) -> Any:
    if each.ndim < 3:
        raise Refusal("signals (B, C, *space)", f"{name} of {tuple(each.shape)}", "put axes before it: x[None, None]")
    shown = picture_of(each[:1].numpy(force=True))
    drawn = signal(
        shown, signal_dims("x", each)[2:], hv.Dimension("value"), title=name, cmap=colours, clim=limits or spread(shown)
    )
    if isinstance(drawn, hv.Curve):
        return drawn
    if type(drawn) is hv.Image:  # RGB is a kind of Image, without a bar of colours
        drawn = styled(drawn, sized=False, colorbar=False)
    # Each fills its place: beside a long one the others would be as narrow.
    return styled(drawn, sized=False, xaxis=None, yaxis=None, aspect="square")


def lines(
    columns: Mapping[str, tuple[Any, Any]], across: str, up: str, logx: bool = False, logy: bool = False
) -> hv.Overlay:
    """A curve for each name, of (x, y), over axes of these labels; what is not finite is left out."""
    if not columns:
        raise Refusal("lines by name", "none", 'give {"measured": (k, value)}')
    x_axis, y_axis, drawn = hv.Dimension(across), hv.Dimension(up), []
    for (name, column), colour in coloured(columns.items()):
        x, y = (np.asarray(values, dtype=float).reshape(-1) for values in column)
        seen = np.isfinite(x) & np.isfinite(y)
        label = name if len(columns) > 1 else ""
        drawn.append(
            styled(hv.Curve((x[seen], y[seen]), x_axis, y_axis, label=label), color=colour, logx=logx, logy=logy)
        )
    return styled(hv.Overlay(drawn), logx=logx, logy=logy)
