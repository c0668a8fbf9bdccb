"""The path of a method through the valley of an objective of two unknowns."""

import io
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.noise import Gaussian, Noise, Poisson
from workbench.operators import Integration
from workbench.priors import Prior, Tikhonov, TotalVariation, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate

_STEPS, _SEED = 40, 0
# The bottom lies along the flat direction, so that no first picture in proportion to A*y is in line with it.
_BOTTOM, _COUNTS = (-0.49, 0.87), (0.3, 0.7)
# The first that a method can run on; the eigenvalues of A*A are 7 to 1.
_PARTS: tuple[tuple[Noise, Prior, tuple[float, float]], ...] = (
    (Gaussian(0.1), Zero(), _BOTTOM),
    (Gaussian(0.1), Tikhonov(1.0), _BOTTOM),
    (Gaussian(0.1), TotalVariation(3.0), _BOTTOM),
    (Poisson(100.0), Zero(), _COUNTS),
)
_SIDE, _LEVELS, _ROOM = 64, 12, 0.35
_INK, _ACCENT = "#1f4e79", "#c0504d"


@dataclass(frozen=True, eq=False)
class Valley:
    """The iterates of a method, (K, 2), and the objective (side, side) over the square with these `limits`.

    Rows of the objective are values of the second unknown, columns of the first.
    """

    path: np.ndarray
    objective: np.ndarray
    limits: tuple[float, float, float, float]

    def png(self) -> bytes:
        """Lines of equal height, and the path with its beginning and its end, as a PNG file."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(3.0, 1.6), layout="constrained")
        axes = figure.subplots()
        left, right, low, high = self.limits
        x, y = np.linspace(left, right, _SIDE), np.linspace(low, high, _SIDE)
        seen = np.isfinite(self.objective)
        # Heights as equal shares of the area, so that the bottom and the walls have lines alike.
        levels = np.unique(np.quantile(self.objective[seen], np.linspace(0.01, 1, _LEVELS)))
        axes.contour(x, y, np.where(seen, self.objective, np.nan), levels, colors=_INK, linewidths=0.5, alpha=0.6)
        axes.plot(*self.path.T, color=_ACCENT, linewidth=1, marker=".", markersize=3)
        axes.plot(*self.path[0], "o", color=_ACCENT, markersize=5, markerfacecolor="white")
        axes.plot(*self.path[-1], "o", color=_ACCENT, markersize=5)
        axes.set(xlim=(left, right), ylim=(low, high))
        axes.set_axis_off()
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=80)
        return stream.getvalue()


def valley(algorithm: Algorithm) -> Valley:
    """The path of a method through the first of a few valleys that it can run in; Refusal where there is none."""
    operator = Integration((1, 2))
    for noise, prior, truth in _PARTS:
        problem = Problem(operator, noise, prior, operator(torch.tensor([[truth]])))
        if not algorithm.unmet(problem):
            states = zip(iterate(problem, algorithm, seed=_SEED), range(_STEPS), strict=False)
            path = np.array([state.x.flatten().tolist() for state, _ in states])
            limits = _around(path[np.isfinite(path).all(1)], truth)
            return Valley(path, _heights(problem, limits), limits)
    raise Refusal("a method for two unknowns", type(algorithm).__name__, "show it on a picture")


def _around(path: np.ndarray, truth: tuple[float, float]) -> tuple[float, float, float, float]:
    """Limits with the path and the truth in the middle of a square."""
    points = np.concatenate([path, [truth]])
    low, high = points.min(0), points.max(0)
    middle, reach = (low + high) / 2, (0.5 + _ROOM) * float((high - low).max())
    return (middle[0] - reach, middle[0] + reach, middle[1] - reach, middle[1] + reach)


def _heights(problem: Problem, limits: tuple[float, float, float, float]) -> np.ndarray:
    x, y = (torch.linspace(low, high, _SIDE) for low, high in (limits[:2], limits[2:]))
    places: Tensor = torch.cartesian_prod(y, x).flip(1)[:, None]
    data = problem.y.expand(len(places), *problem.y.shape[1:])
    return replace(problem, y=data).objective(places).reshape(_SIDE, _SIDE).numpy()
