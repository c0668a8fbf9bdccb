"""How fast methods are on a spectrum: predicted step by step, and over every step and momentum."""

import math
from dataclasses import dataclass

import numpy as np
import torch

from workbench.analysis.spectrum import rates
from workbench.analysis.spectrum.spectrum_estimate import SpectrumEstimate

Array = np.ndarray
MOMENTA = 0.995


@dataclass(frozen=True)
class Prediction:
    """Objective minus minimum after 0, 1, 2, ... steps by method, and the drop that the quadratic model foresees."""

    drop: float
    curves: dict[str, Array]


def predictions(found: SpectrumEstimate, step: float | None, steps: int) -> Prediction | None:
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


def phases(found: SpectrumEstimate, side: int = 90) -> Phases | None:
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
