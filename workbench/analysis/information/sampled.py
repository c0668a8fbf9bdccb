"""The plane of any algorithm, sampled: an ensemble goes through it as one batch, and estimators read the iterates."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.analysis.information.ensembles import Drawn, Ensemble, GaussianRandomField
from workbench.analysis.information.estimators.base import Estimator
from workbench.analysis.information.estimators.fronts.pca import PCA
from workbench.analysis.information.plane import FixedTau, Resolution
from workbench.parameters import Checked, Range, as_code, describe, renamed
from workbench.problem import Problem
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.run import PROGRAM, after, guard, iterate, spec, until
from workbench.tensors import child_seed, norm2, normal_like, parts, stream

if TYPE_CHECKING:
    import xarray as xr

_QUANTITIES = ("i_x", "i_y", "i_label", "mean_square_error", "tau")


@dataclass(frozen=True)
class PlaneSampling(metaclass=Checked):
    """What goes through an algorithm, and how its iterates are read: T = x_k + tau w.

    Linear algorithms are linear in y from x = 0 only, as the closed form has it.
    """

    saved = True

    ensemble: Annotated[Ensemble, "signals"] = GaussianRandomField()
    estimator: Annotated[Estimator, "estimator of information"] = PCA()
    resolution: Annotated[Resolution, "what is read of an iterate"] = FixedTau()
    count: Annotated[int, Range(100, 10_000, log=True, limits=(2, 1_000_000)), "number of signals"] = 1000
    steps: Annotated[int, Range(1, 300, log=True, limits=(1, 1_000_000)), "iterations"] = 30
    every: Annotated[int, Range(1, 50, log=True, limits=(1, 1_000_000)), "iterations between two readings"] = 2
    from_zero: Annotated[bool, "begin at x = 0, else at the scaled back-projection"] = True
    seed: Annotated[int, SEEDS, "which signals and noise"] = 0


@dataclass(frozen=True)
class PlanePoint:
    """One iterate in the plane, in bits; `i_label` is NaN without classes. I(y;T) - I(x;T) is the noise memorised."""

    k: int
    i_x: float
    i_y: float
    i_label: float
    mean_square_error: float
    tau: float


@dataclass(frozen=True)
class SampledPath:
    """The readings so far: iteration k is reached. `note` says which information could not be read, and why."""

    sampling: PlaneSampling
    spec: str
    k: int = 0
    points: tuple[PlanePoint, ...] = ()
    note: str = ""

    def dataset(self) -> "xr.Dataset":
        """Every quantity over k, in bits; estimator, ensemble, parameters and seeds are in the attributes."""
        import xarray as xr

        columns = {name: ("k", [getattr(p, name) for p in self.points]) for name in _QUANTITIES}
        told = {name: as_code(getattr(self.sampling, name)) for name in ("estimator", "ensemble", "resolution")}
        numbers = {"count": self.sampling.count, "seed": self.sampling.seed, "units": "bits"}
        said = {"sampling": json.dumps(describe(self.sampling)), "spec": self.spec, "program": PROGRAM}
        attrs = told | numbers | said | {"note": self.note}
        return xr.Dataset(columns, {"k": [p.k for p in self.points]}, attrs)


def sampled_plane(like: Problem, algorithm: Algorithm, sampling: PlaneSampling) -> Iterator[SampledPath]:
    """An ensemble through the operator, noise and prior of a problem: the path so far, after every iteration.

    Refuses what the algorithm or the estimator cannot take; raises Diverged where the run does.
    """
    drawn, problem = _posed(like, sampling)
    first = problem.zeros() if sampling.from_zero else None
    states = until(iterate(problem, algorithm, first, _seed(sampling)), after(sampling.steps))
    numbers = {"steps": sampling.steps, "every": sampling.every, "seed": sampling.seed}
    path = SampledPath(sampling, json.dumps(spec(problem, algorithm, **numbers)))
    for state in guard(problem, algorithm, states):
        path = replace(path, k=state.k)
        if state.k % sampling.every == 0 or state.k == sampling.steps:
            point, note = _read(drawn, problem, state, sampling)
            path = replace(path, points=(*path.points, point), note=path.note or note)
        yield path


def _posed(like: Problem, sampling: PlaneSampling) -> tuple[Drawn, Problem]:
    """The ensemble, and the data that operator and noise make of it."""
    drawn = sampling.ensemble.sample(sampling.count, like.given_operator.in_shape, _seed(sampling))
    signals = drawn.signals.to(like.y.device, like.y.real.dtype)
    return drawn, like.of_another(signals, _seed(sampling))


def _seed(sampling: PlaneSampling) -> int:
    """That of signals, data and algorithm: not that of a single run beside them."""
    return child_seed(sampling.seed, "sampled plane", 0)


def _read(drawn: Drawn, problem: Problem, state: State, sampling: PlaneSampling) -> tuple[PlanePoint, str]:
    """A point of the path, and the reason where the classes could not be read."""
    x, y = _rows(problem.picture(state.x)), _rows(problem.y)
    assert problem.truth is not None
    error = float(norm2(problem.aligned(state.x) - problem.truth).mean()) / problem.truth[0].numel()
    tau = sampling.resolution.tau(float(x.square().mean().sqrt()))
    absent = math.nan if drawn.labels is None else 0.0
    if tau == 0 and bool((x == x[0]).all()):
        return PlanePoint(state.k, 0.0, 0.0, absent, error, tau), ""
    t = x + tau * normal_like(x, stream(_seed(sampling), "noise of the reader"))
    estimate, note = sampling.estimator, ""
    i_x, i_y = (_bits(estimate(side, t)) for side in (drawn.known, y))
    if drawn.labels is not None:
        try:
            absent = _bits(estimate(drawn.labels, t))
        except Refusal as sentence:
            absent, note = math.nan, f"The information on the classes cannot be read: {sentence}"
    return PlanePoint(state.k, i_x, i_y, absent, error, tau), note


def _rows(x: Tensor) -> Tensor:
    """A row a signal, real, in double precision on the host."""
    real = parts(x)
    return real.reshape(len(x), -1).double().cpu()


def _bits(nats: float) -> float:
    return nats / math.log(2)


__all__ = ["PlanePoint", "PlaneSampling", "SampledPath", "sampled_plane"]


if not TYPE_CHECKING:
    __getattr__ = renamed.exports(__name__)
