"""Curves of selectors over the weight, each with its mark, and the picture that the first one chose."""

import numpy as np

from workbench.figures.canvas import ACCENT, INK, file_of, new_figure
from workbench.figures.shown import picture_of
from workbench.tensors import plain
from workbench.tuning import Tuning, rules

_COLUMNS = 3


def tuning_figure(found: Tuning, kind: str = "png") -> bytes:
    """The figure of a tuning, in a `Format`."""
    rows = -(-(1 + len(found.selected)) // _COLUMNS)
    figure = new_figure(3.4 * _COLUMNS, 2.7 * rows)
    places = iter(figure.subplots(rows, _COLUMNS, squeeze=False).flat)
    picture = next(places)
    values = picture_of(plain(found.path.nearest(found.chosen.weight).x).cpu().numpy())
    picture.set_title(f"{found.chosen.word}: weight {found.chosen.weight:.3g}", fontsize=9)
    if values.ndim == 1:
        picture.plot(values, color=INK, linewidth=0.8)
    else:
        picture.imshow(values, cmap="gray", interpolation="nearest")
        picture.set_axis_off()
    weights = found.path.weights.numpy()
    for (word, chosen), axes in zip(found.selected.items(), places, strict=False):
        curve = chosen.curve.numpy()
        log = rules()[word].log and bool((curve[np.isfinite(curve)] > 0).all())
        axes.plot(weights, curve, color=INK, marker=".", markersize=3, linewidth=1)
        axes.axvspan(*chosen.between, color=INK, alpha=0.1)
        axes.axvline(chosen.weight, color=ACCENT)
        axes.set(xscale="log", yscale="log" if log else "linear", xlabel="weight")
        axes.set_title(rules()[word].label, fontsize=8)
        axes.grid(alpha=0.3)
    for axes in places:
        axes.set_visible(False)
    return file_of(figure, kind)
