"""How eigenvalues are spread, as curves over an axis: densities, cumulative shares and how they move along a run."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from workbench.analysis.spectrum.axis import Axis
from workbench.analysis.spectrum.glimpse import Glimpse
from workbench.analysis.spectrum.measure import SpectralMeasure
from workbench.analysis.spectrum.spectrum_estimate import SpectrumEstimate

Array = np.ndarray
GRID = 400
_WIDTH = 0.337  # of the range over m - 1: a density as smooth as m nodes allow
_FINEST = 0.004  # of the axis: a spectrum at one place is drawn as a narrow peak


@dataclass(frozen=True)
class Curve:
    """A line over positions on an axis; `low` and `high` where it has an envelope."""

    at: Array
    height: Array
    low: Array | None = None
    high: Array | None = None


def reach(found: SpectrumEstimate) -> float:
    """The largest eigenvalue in size, of all that is shown."""
    sizes = [float(m.nodes.abs().max()) for _, m in found.measures] + [abs(e) for e in found.extremes or ()]
    return max(sizes, default=1.0) or 1.0


def scaled(measure: SpectralMeasure, factor: float) -> SpectralMeasure:
    """The measure of H times a factor."""
    return replace(measure, probe_nodes=factor * measure.probe_nodes)


def density(measure: SpectralMeasure, axis: Axis) -> Curve:
    """Share of the eigenvalues per unit of the axis, each node spread by a Gaussian."""
    nodes, weights = axis.place(measure.nodes.numpy()), measure.weights.numpy()
    return _smooth(nodes, weights, measure.resolved)


def exact_density(values: Tensor, axis: Axis, like: int) -> Curve:
    """The same for eigenvalues that are known, as smooth as `like` Lanczos steps would draw them."""
    places = axis.place(values.numpy())
    low, high = float(places.min()), float(places.max())
    count, edges = np.histogram(places, 2000, (low - 1e-9, high + 1e-9))
    return _smooth((edges[1:] + edges[:-1]) / 2, count / len(places), like)


def _smooth(nodes: Array, weights: Array, steps: int) -> Curve:
    low, high = float(nodes.min()), float(nodes.max())
    width = max(_WIDTH * (high - low) / max(steps - 1, 1), _FINEST * max(high - low, abs(high), 1e-12))
    at = np.linspace(low - 3 * width, high + 3 * width, GRID)
    bumps = np.exp(-((at[:, None] - nodes) ** 2) / (2 * width**2)) / (width * math.sqrt(2 * math.pi))
    return Curve(at, bumps @ weights)


def cumulative(measure: SpectralMeasure, axis: Axis) -> Curve:
    """The share of the eigenvalues up to each position, with the envelope that is certain of each probe's measure."""
    nodes = axis.place(measure.nodes.numpy())
    room = 0.03 * max(float(nodes[-1] - nodes[0]), 1e-12)
    at = np.linspace(float(nodes[0]) - room, float(nodes[-1]) + room, GRID)
    t = torch.from_numpy(axis.values(at))
    low, high = measure.lower(t).numpy(), measure.upper(t).numpy()
    return Curve(at, (low + high) / 2, low, high)


def exact_cumulative(values: Tensor, at: Array, axis: Axis) -> Array:
    """The share of known eigenvalues up to each position."""
    return np.searchsorted(np.sort(axis.place(values.numpy())), at, side="right") / len(values)


def heat(glimpses: Sequence[Glimpse], axis: Axis, rows: int = 80) -> tuple[Array, Array, tuple[float, float]]:
    """The spectrum, rows, against the looks along a run, columns; the iterations, and the ends of the axis."""
    places = [axis.place(g.measure.nodes.numpy()) for g in glimpses]
    low, high = min(float(p.min()) for p in places), max(float(p.max()) for p in places)
    room = 0.05 * max(high - low, 1e-9)
    edges = np.linspace(low - room, high + room, rows + 1)
    columns = [
        np.histogram(p, edges, weights=g.measure.weights.numpy())[0] for p, g in zip(places, glimpses, strict=True)
    ]
    return np.stack(columns, 1), np.array([g.k for g in glimpses]), (float(edges[0]), float(edges[-1]))
