"""Spectra as plots: densities of eigenvalues, or the shares up to each value with their envelope."""

from typing import Any

import holoviews as hv
import numpy as np

from workbench.analysis import spectrum as spectra
from workbench.analysis.spectrum import Axis, LinearAxis, SpectralMeasure, SpectrumEstimate
from workbench.figures.colours import LIMIT, coloured
from workbench.plots.style import styled

_EIGENVALUE = hv.Dimension("eigenvalue", label="eigenvalue λ")
_DENSITY = hv.Dimension("density", label="density of eigenvalues")
_SHARE = hv.Dimension("share", label="share of eigenvalues ≤ λ")


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
            upper = hv.Dimension("upper", label=_SHARE.label)
            band = hv.Area((found.at, found.low, found.high), _EIGENVALUE, [height, upper])
            drawn.append(styled(band, color=colour, alpha=0.2))
        drawn.append(styled(hv.Curve((found.at, found.height), _EIGENVALUE, height, label=name), color=colour))
    places = axis.place(np.array(ends)) if ends is not None else ()
    drawn += [styled(hv.VLine(float(place)), sized=False, color=LIMIT) for place in places]
    ticks, whole = sorted(axis.ticks().items()), styled(hv.Overlay(drawn))
    return styled(whole, xticks=ticks) if ticks else whole
