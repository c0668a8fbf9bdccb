"""Vectors of a plane as arrows of one scale, and the two numbers of a signal as its place."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from workbench.analysis.learned import ScoreResidual

_USUAL = 0.8  # of all arrows are shorter than the distance of two points
NAMES = ("score", "residual of the network")


def arrows(plane: "ScoreResidual") -> dict[str, np.ndarray]:
    """By name (x, y, x of the tip, y of the tip), (4, N): score and residual, of one scale, cut at a cell and a half.

    The points are a grid of square cells.
    """
    at = _two(plane.at)
    cell = float(np.ptp(at[0])) / (round(at.shape[1] ** 0.5) - 1)
    fields = dict(zip(NAMES, map(_two, (plane.score, plane.residual)), strict=True))
    usual = float(np.quantile(np.hypot(*fields[NAMES[0]]), _USUAL)) or 1.0
    return {name: np.concatenate([at, at + _cut(v * cell / usual, 1.5 * cell)]) for name, v in fields.items()}


def _two(signals: "Tensor") -> np.ndarray:
    """(2, N) of signals of two numbers."""
    return signals.flatten(1).T.double().cpu().numpy()


def _cut(v: np.ndarray, most: float) -> np.ndarray:
    length = np.hypot(*v)
    return v * np.minimum(1.0, most / np.maximum(length, 1e-12))
