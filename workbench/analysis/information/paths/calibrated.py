"""The sampled path of an algorithm, and what its estimator reads where the truth is known."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from workbench.algorithms import Algorithm
from workbench.analysis.information.calibration import CalibrationReading, calibrate
from workbench.analysis.information.estimators.fronts.front import Front
from workbench.analysis.information.estimators.fronts.pca import PCA
from workbench.analysis.information.estimators.fronts.sliced import Sliced
from workbench.analysis.information.paths.track import Track
from workbench.analysis.information.sampled import PlaneSampling, SampledPath, sampled_plane
from workbench.analysis.information.tasks import TASKS, BivariateNormal
from workbench.problem import Problem

_LARGEST = 0.999999  # correlation
_LEAST = 0.1  # nats: the smallest truth that is worth a calibration


@dataclass(frozen=True)
class CalibratedPath:
    """A sampled path so far, and afterwards the estimator's readings where the truth is known."""

    path: SampledPath
    readings: tuple[CalibrationReading, ...] = field(default=())

    def track(self, name: str) -> Track:
        points = self.path.points
        k, x, y, label, error = (
            np.array([getattr(p, n) for p in points]) for n in ("k", "i_x", "i_y", "i_label", "mean_square_error")
        )
        return Track(name, k, y, x, y - x, error, label)

    @property
    def headline(self) -> str:
        """The calibration in one sentence, on pairs like those that were read."""
        if not self.readings:
            return ""
        first = self.readings[0]
        assert isinstance(first.task, BivariateNormal)
        where = f"on normal pairs of {first.task.dimensions} dimensions, N = {first.n}"
        return f"Calibration {where}: {first.sentence}, in nats (the plane is in bits)."

    @property
    def about(self) -> str:
        """Every reading, and what to know of the estimator and of the one behind it, a line each."""
        outer = self.path.sampling.estimator
        chain = (outer, outer.estimator) if isinstance(outer, Front | Sliced) else (outer,)
        words = [f"Bias of {type(e).__name__}: {e.bias}. Meaningless {e.meaningless}." for e in chain]
        return "\n".join([*words, *(f"{r.row[0]}: {r.sentence}" for r in self.readings)])


def calibrated_path(like: Problem, algorithm: Algorithm, sampling: PlaneSampling) -> Iterator[CalibratedPath]:
    """The sampled path, then the calibration of its estimator at the same sample size."""
    found = None
    for path in sampled_plane(like, algorithm, sampling):
        found = CalibratedPath(path)
        yield found
    if found is None:
        return
    for task in (matched(found.path, math.prod(like.operator.in_shape)), *TASKS):
        (reading,) = calibrate(sampling.estimator, sampling.count, sampling.seed, (task,))
        found = replace(found, readings=(*found.readings, reading))
        yield found


def matched(path: SampledPath, axes: int) -> BivariateNormal:
    """Normal pairs of as many dimensions as the estimator sees, that share as much as was read of x."""
    front = path.sampling.estimator
    axes = min(axes, front.dimensions if isinstance(front, PCA) else 1000)
    nats = max([p.i_x * math.log(2) for p in path.points] + [_LEAST])
    rho = math.sqrt(-math.expm1(-2 * nats / axes))
    return BivariateNormal(round(min(rho, _LARGEST), 6), axes)
