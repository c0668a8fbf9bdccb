"""What the spectrum's plots draw, as host arrays: densities, predictions, phases and heat maps."""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from workbench.analysis.spectrum import Finding, Glimpse, SpectralMeasure, modes, rates
from workbench.app.axes import Axis
from workbench.app.frames import picture
from workbench.app.images import Array
from workbench.noise import Gaussian
from workbench.operators import LinearOperator

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


def reach(found: Finding) -> float:
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


@dataclass(frozen=True)
class Prediction:
    """Objective minus minimum after 0, 1, 2, ... steps by method, and the drop that the quadratic model foresees."""

    drop: float
    curves: dict[str, Array]


def predictions(found: Finding, step: float | None, steps: int) -> Prediction | None:
    """Gradient descent, heavy ball, Nesterov and conjugate gradients on this spectrum; None before it is known.

    The first takes the step in use, or 1/L; the others the step and momentum that are best for the extremes.
    """
    if found.slope is None or found.slope[0].max() <= 0:
        return None
    values, masses = found.slope
    high = float(values.max())
    seen = (masses > 1e-14 * masses.sum()) & (values > 1e-9 * high)
    values, masses = values[seen], masses[seen]
    low = float(values.min())
    ball, fast = rates.tuned_heavy_ball(low, high), rates.tuned_nesterov(low, high)
    polynomials = {
        "gradient descent": rates.gradient_descent(values, step or 1 / high, steps),
        "heavy ball": rates.heavy_ball(values, ball.step, ball.momentum, steps),
        "Nesterov": rates.nesterov(values, fast.step, fast.momentum, steps),
        "conjugate gradients": rates.conjugate_gradients(values, masses, steps),
    }
    curves = {name: rates.excess(p, values, masses).numpy() for name, p in polynomials.items()}
    return Prediction(float(curves["Nesterov"][0]), curves)


@dataclass(frozen=True)
class Phases:
    """Steps for one digit by log10 of the step, columns, and momentum, rows; NaN where it diverges."""

    steps: tuple[float, float]
    image: Array
    best: tuple[float, float]


MOMENTA = 0.995


def phases(found: Finding, side: int = 90) -> Phases | None:
    """How fast heavy ball is for each step and momentum on these extremes."""
    extremes = found.extremes
    if extremes is None or extremes[1] <= 0:
        return None
    low, high = max(extremes[0], 1e-6 * extremes[1]), extremes[1]
    edge = math.log10(5 / high)
    log_steps = torch.linspace(edge - 2.3, edge, side, dtype=torch.float64)
    momenta = torch.linspace(0, MOMENTA, side, dtype=torch.float64)
    values = torch.tensor([low, high], dtype=torch.float64)
    rate = rates.heavy_ball_rate(values, 10 ** log_steps[None], momenta[:, None])
    needed = torch.where(rate < 1, -1 / torch.log10(rate.clamp(1e-12, 1 - 1e-12)), torch.nan)
    best = rates.tuned_heavy_ball(low, high)
    return Phases((float(log_steps[0]), float(log_steps[-1])), needed.numpy(), (math.log10(best.step), best.momentum))


def heat(glimpses: list[Glimpse], axis: Axis, rows: int = 80) -> tuple[Array, Array, tuple[float, float]]:
    """The spectrum, rows, against the looks along a run, columns; the iterations, and the ends of the axis."""
    places = [axis.place(g.measure.nodes.numpy()) for g in glimpses]
    low, high = min(float(p.min()) for p in places), max(float(p.max()) for p in places)
    room = 0.05 * max(high - low, 1e-9)
    edges = np.linspace(low - room, high + room, rows + 1)
    columns = [
        np.histogram(p, edges, weights=g.measure.weights.numpy())[0] for p, g in zip(places, glimpses, strict=True)
    ]
    return np.stack(columns, 1), np.array([g.k for g in glimpses]), (float(edges[0]), float(edges[-1]))


@dataclass(frozen=True)
class Split:
    """Mode by mode: eigenvalues, |error|^2 first and now; `picard` by name, with the filter factors, or empty."""

    values: Array
    first: Array
    now: Array
    picard: dict[str, Array]


def split(found: Finding, errors: list[tuple[int, Tensor]], x: Tensor | None) -> Split | None:
    """The modes at the top of the spectrum, once they are known.

    Picard's plot and the filter factors are there for modes of the data term of linear operators and Gaussian noise.
    """
    pairs, problem = found.pairs, found.hessians.problem
    if pairs is None:
        return None
    values, noise, A = pairs.values.numpy(), problem.noise, problem.operator
    empty = np.full(len(values), np.nan)
    first, now = (errors[i][1][:-1].numpy() for i in (0, -1)) if errors else (empty, empty)
    if not found.of_data or not isinstance(A, LinearOperator) or not isinstance(noise, Gaussian):
        return Split(values, first, now, {})
    gram = replace(pairs, values=noise.sigma**2 * pairs.values)
    sizes, data, ratio = modes.picard(gram, A, problem.y)
    factors = empty if x is None else modes.filter_factors(gram, A, x, problem.y)[0].numpy()
    return Split(
        values, first, now, dict(zip(PICARD, (sizes.numpy(), data[0].numpy(), ratio[0].numpy(), factors), strict=True))
    )


PICARD = ("s", "|⟨u, y⟩|", "ratio", "filter")


def mode(found: Finding, index: int) -> Array:
    """An eigenvector as a picture."""
    assert found.pairs is not None
    signals = found.pairs.signals(found.hessians.objective, found.hessians.x)
    return picture(signals[index : index + 1])
