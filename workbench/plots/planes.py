"""Paths in the information plane as plots: of filters, of an algorithm that was sampled, of the layers of a network."""

from functools import singledispatch
from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr

from workbench.analysis.information.paths import CalibratedPath, FilterPaths, Track
from workbench.analysis.information.sampled import SampledPath
from workbench.figures.colours import COLOURS, LIMIT, coloured
from workbench.plots.style import styled
from workbench.refusal import Refusal

_BOTTLENECK = "#7048e8"
_K = hv.Dimension("k", label="iteration k")
_I_Y = hv.Dimension("i_y", label="I(y;T)", unit="bits")
_I_X = hv.Dimension("i_x", label="I(x;T)", unit="bits")
_LAYER = (hv.Dimension("I_x", label="I(X;T)", unit="bit"), hv.Dimension("I_y", label="I(T;Y)", unit="bit"))


@singledispatch
def plane(path: Any) -> hv.Overlay:
    """I(y;T) against I(x;T) along a path, with what no path can cross where that is known.

    `path` may be a Track, paths of filters, a sampled path, or its Dataset; of a network's Dataset a path a layer.
    """
    raise Refusal("a path in the information plane", type(path).__name__, "give what `analysis.information` returns")


@plane.register
def _track(path: Track) -> hv.Overlay:
    return _overlay(_tracked(path, COLOURS[0]))


@plane.register
def _filters(path: FilterPaths) -> hv.Overlay:
    drawn = [e for track, colour in coloured(path.tracks) for e in _tracked(track, colour)]
    bend = styled(hv.Curve(path.curve, _I_Y, _I_X, label="bottleneck"), color=_BOTTLENECK)
    top = [styled(hv.HLine(path.ceiling), sized=False, color=LIMIT)] if np.isfinite(path.ceiling) else []
    return _overlay([bend, *drawn, *top])


@plane.register
def _calibrated(path: CalibratedPath) -> hv.Overlay:
    return _sampled(path.path)


@plane.register
def _sampled(path: SampledPath) -> hv.Overlay:
    return plane(path.dataset())


@plane.register
def _dataset(path: xr.Dataset) -> hv.Overlay:
    if {"i_x", "i_y"} <= set(map(str, path.data_vars)):
        return _overlay(_line("path", COLOURS[0], (path.i_y.values, path.i_x.values, path.k.values), (_I_Y, _I_X, _K)))
    if {"I_x", "I_y"} <= set(map(str, path.data_vars)):
        return _layers(path)
    raise Refusal("a Dataset of a path", ", ".join(map(str, path.data_vars)), "give what `.dataset()` returns")


def _layers(path: xr.Dataset) -> hv.Overlay:
    """A path a layer, the mean over the seeds."""
    mean, drawn = path[["I_x", "I_y"]].mean("seed"), []
    epoch = hv.Dimension("epoch", label="epoch")
    for layer, colour in coloured(path.layer.values):
        one = mean.sel(layer=layer)
        drawn += _line(str(layer), colour, (one.I_x.values, one.I_y.values, path.epoch.values), (*_LAYER, epoch))
    return _overlay(drawn)


def _tracked(track: Track, colour: str) -> list[Any]:
    return _line(track.name, colour, (track.i_y, track.i_x, track.k), (_I_Y, _I_X, _K))


def _line(name: str, colour: str, columns: tuple[np.ndarray, ...], dims: tuple[hv.Dimension, ...]) -> list[Any]:
    """The path and its readings, which are coloured by when they were taken."""
    across, up, time = dims
    seen = np.isfinite(columns[0]) & np.isfinite(columns[1])
    x, y, k = (column[seen] for column in columns)
    line = styled(hv.Curve((x, y), across, up, label=name), color=colour)
    return [
        line,
        styled(hv.Points((x, y, k), [across, up], time), color=hv.dim(time.name), cmap="viridis", colorbar=True),
    ]


def _overlay(drawn: list[Any]) -> hv.Overlay:
    return styled(hv.Overlay(drawn), title="information plane")
