"""Spectra as plots: densities of eigenvalues, or the shares up to each value with their envelope."""

from typing import Any

import holoviews as hv
import numpy as np
from torch import Tensor

from workbench.analysis import spectrum as spectra
from workbench.analysis.spectrum import Axis, LinearAxis, SpectralMeasure, SpectrumEstimate
from workbench.figures.colours import LIMIT, coloured
from workbench.plots.style import require_moving, styled
from workbench.refusal import Refusal

_EIGENVALUE = hv.Dimension("eigenvalue", label="eigenvalue λ")
_DENSITY = hv.Dimension("density", label="density of eigenvalues")
_MODE = hv.Dimension("mode", label="mode, from the largest eigenvalue")
_ERROR = hv.Dimension("error", label="|error along the mode|²")
_SHARE = hv.Dimension("share", label="share of eigenvalues ≤ λ")
_UPPER = hv.Dimension("upper", label="upper bound of the share")  # of one label with the other it would be drawn as it


def spectrum(
    density: SpectralMeasure | SpectrumEstimate, cumulative: bool = False, scale: type[Axis] = LinearAxis
) -> hv.Overlay:
    """A measure of `slq`, or all that a study found of a problem: a curve each, and the outermost eigenvalues.

    Cumulative, each curve lies in the band that is certain. `scale` is one of `analysis.spectrum.AXES`.
    """
    if isinstance(density, SpectralMeasure):
        measures, reach = {"spectrum": density}, float(density.nodes.abs().max()) or 1.0
        ends = float(density.nodes[0]), float(density.nodes[-1])
    else:
        measures, reach, ends = dict(density.measures), spectra.reach(density), density.extremes
    axis = scale(reach)
    drawn: list[Any] = []
    for (name, measure), colour in coloured(measures.items()):
        found = spectra.cumulative(measure, axis) if cumulative else spectra.density(measure, axis)
        height = _SHARE if cumulative else _DENSITY
        if found.low is not None and found.high is not None:
            band = hv.Area((found.at, found.low, found.high), _EIGENVALUE, [height, _UPPER])
            drawn.append(styled(band, color=colour, alpha=0.2))
        drawn.append(styled(hv.Curve((found.at, found.height), _EIGENVALUE, height, label=name), color=colour))
    places = axis.place(np.array(ends)) if ends is not None else ()
    drawn += [styled(hv.VLine(float(place)), sized=False, color=LIMIT) for place in places]
    ticks, whole = sorted(axis.ticks().items()), styled(hv.Overlay(drawn))
    return styled(whole, xticks=ticks) if ticks else whole


def modes(found: SpectrumEstimate, error: Tensor | None = None) -> Any:
    """Eigenvalues at the top of the spectrum, mode by mode, and beside them an error (B, C, *space) along each mode.

    Both are of one table: `brushed` lets what is chosen in one be chosen in the other.
    """
    pairs = found.pairs
    if pairs is None:
        raise Refusal("a spectrum with its modes", "one without", "take the last finding of SpectrumStudy().of(...)")
    columns = {"mode": np.arange(1, len(pairs.values) + 1), "eigenvalue": pairs.values.numpy(force=True)}
    if error is not None:
        columns["error"] = spectra.modes.error_split(pairs, error[:1])[0][0].numpy(force=True)
    values = [_EIGENVALUE, _ERROR][: len(columns) - 1]
    whole = hv.Dataset(columns, _MODE, values)
    drawn = [
        styled(whole.to(hv.Scatter, "mode", value.name), color=LIMIT, logy=bool((columns[value.name] > 0).all()))
        for value in values
    ]
    return styled(hv.Layout(drawn), sized=False, shared_axes=False)


def brushed(layout: hv.Layout) -> Any:
    """The same plots, linked: what is chosen with a box in one is lit up in all. Refusal before `use("bokeh")`."""
    require_moving("plots that are brushed")
    return hv.link_selections.instance()(layout)
