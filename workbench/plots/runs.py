"""A run as plots: its signals, and what was recorded along it."""

from typing import TYPE_CHECKING, Any

import holoviews as hv
import numpy as np

from workbench.figures.colours import MARK, coloured
from workbench.figures.shown import curve, signals
from workbench.plots.style import dimension, signal, styled
from workbench.refusal import Refusal, one_of
from workbench.run import marks_of

if TYPE_CHECKING:
    import xarray as xr


def pictures(result: "xr.Dataset") -> hv.Layout:
    """Truth and error, where the truth is known, data and reconstruction of the first signal of a run, in its units.

    Axes that mean the same pixels are linked: a zoom into one picture is a zoom into the others.
    """
    missing = [name for name in ("x", "y") if name not in result]
    if missing:
        raise Refusal("a run, with its data y and its x", f"a Dataset without {', '.join(missing)}", "give run(...)")
    return hv.Layout([_picture(result, *panel) for panel in signals(result)]).cols(4)


def _picture(
    result: "xr.Dataset", name: str, title: str, values: np.ndarray, limits: tuple[float, float], colours: str
) -> Any:
    same = name == "truth" and result["truth"].shape == result["x"].shape
    axes = tuple(map(str, result["x" if same else name].dims[2:]))
    word = title.split(maxsplit=1)[0]
    units = result[name].attrs.get("units") or None
    value = hv.Dimension(word, label=word, unit=units)
    return signal(values, axes, value, title=title, cmap=colours, clim=limits)


def curves(result: "xr.Dataset", *names: str) -> Any:
    """What was recorded along a run, over k; those that share label and units lie over each other.

    `names` say which, all of them where none is named. Marks show where a slider was moved.
    """
    recorded = [str(name) for name in result.data_vars if result[name].dims == ("k", "batch")]
    if not recorded:
        raise Refusal("a run with recorded values", "a Dataset without any over (k, batch)", "give run(...) a probe")
    for name in names:
        one_of("a recorded value", name, recorded)
    groups: dict[tuple[str, str], list[str]] = {}
    for name in names or recorded:
        told = result[name].attrs
        groups.setdefault((str(told.get("long_name", name)), str(told.get("units", ""))), []).append(name)
    drawn = [_overlay(result, group) for group in groups.values()]
    return drawn[0] if len(drawn) == 1 else hv.Layout(drawn).cols(3)


def _overlay(result: "xr.Dataset", names: list[str]) -> Any:
    """Curves on one axis. The axis is logarithmic for a sum of terms that are all positive."""
    iteration, value = hv.Dimension("k", label="iteration k"), dimension(names[0], result[names[0]].attrs)
    seen = {name: curve(result[name]) for name in names}
    log = "objective" in names and all(bool((values > 0).all()) for _, values in seen.values())
    # HoloViews 1.23 takes a label that is the name of a dimension for its numbers.
    together = hv.Dimension((", ".join(names), value.label), unit=value.unit) if len(names) > 1 else value
    lines = [
        styled(hv.Curve(points, iteration, together, label=name if len(names) > 1 else ""), color=colour, logy=log)
        for (name, points), colour in coloured(seen.items())
    ]
    marks = [styled(hv.VLine(k), sized=False, color=MARK) for k, _ in marks_of(result)]
    if len(lines) == 1 and not marks:
        return lines[0]
    return styled(hv.Overlay([*lines, *marks]), title=", ".join(names))
