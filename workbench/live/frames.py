"""What the page draws, as plain host arrays: pictures of signals and frames of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from torch import Tensor

from workbench.jobs import Columns, RunMoment, Snapshot, Status, certificates
from workbench.live.cut import MIDDLE, Cut
from workbench.live.volumes import Volumes
from workbench.operators.integrals.data_axes import DataAxis, data_axes
from workbench.problem import Problem
from workbench.tensors import least

Array = np.ndarray


@dataclass(frozen=True)
class ProblemPictures:
    """Truth, where it is known, and data of a problem: (H, W), (H, W, 3) or (N,), and what the data's values are.

    `unknown` is the shape of pictures of the unknown, where no truth tells it; `volume` its sides where it is one;
    `axes` are those of the data, where they are no picture.
    """

    version: int
    truth: Array | None
    data: Array
    data_label: str
    unknown: tuple[int, ...] = ()
    volume: tuple[int, ...] = ()
    axes: tuple[DataAxis, DataAxis] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of pictures of the unknown."""
        return self.unknown if self.truth is None else self.truth.shape


@dataclass(frozen=True, eq=False)
class LeftBehind:
    """The rows of a run that a branch went away from, from where it did."""

    ks: Array
    seconds: Array
    curves: Mapping[str, Array]


@dataclass(frozen=True)
class Frame:
    """One look at a run. `ks`, `seconds`, `calls` and every curve have one entry per recorded iteration.

    `proofs`: the same columns for certificates, which are fewer; `repair`: values by path that mend a run in trouble;
    `at`: the iteration of the picture, where that is an earlier one; `left`: what a branch has left behind it.
    `volumes`: those of which `image` and `error` are a plane.
    `expansion`: by how much a denoiser stretches differences, what it takes away does, and errors grow in a step.
    """

    version: int
    k: int
    steps: int
    status: Status
    message: str
    rate: float
    remaining: float | None
    image: Array | None
    error: Array | None
    ks: Array
    seconds: Array
    curves: dict[str, Array]
    marks: tuple[tuple[int, str], ...]
    largest_step: float | None = None
    edge: float | None = 2.0
    lipschitz: float | None = None
    expansion: tuple[float, float, float] | None = None
    repair: Mapping[str, Any] = field(default_factory=dict)
    proofs: Mapping[str, Array] = field(default_factory=dict)
    calls: Array = field(default_factory=lambda: np.zeros(0))
    at: int | None = None
    moments: tuple[RunMoment, ...] = ()
    left: tuple[LeftBehind, ...] = ()
    volumes: Volumes | None = None

    @property
    def pictured(self) -> int:
        """The iteration of the picture."""
        return self.k if self.at is None else self.at

    def at_k(self, name: str) -> float | None:
        """The value of a curve at the very iterate that is drawn; None where it was not looked at."""
        return self.value_at(name, self.pictured)

    def value_at(self, name: str, k: int) -> float | None:
        """The value of a curve at iteration k; None where it was not looked at."""
        values, row = self.curves.get(name), int(np.searchsorted(self.ks, k))
        known = values is not None and row < len(values) and self.ks[row] == k and np.isfinite(values[row])
        return float(values[row]) if values is not None and known else None


def frame_of(
    snapshot: Snapshot, curves: Columns, problem: Problem, truth: Array | None, rate: float, cut: Cut = MIDDLE
) -> Frame:
    """A snapshot as it is drawn, beside the picture of the truth where it is known; `curves` have read it.

    `rate` is in iterations a second, 0 where it is not known.
    """
    state, k = snapshot.state, snapshot.k
    image, error, volumes = _images(problem, state.x, truth, cut) if state else (None, None, None)
    return Frame(
        version=snapshot.version,
        k=k,
        steps=snapshot.steps,
        status=snapshot.status,
        message=snapshot.message,
        rate=rate,
        remaining=(snapshot.steps - k) / rate if rate > 0 else None,
        image=image,
        error=error,
        ks=curves.ks,
        seconds=curves.seconds,
        curves=curves.arrays(),
        marks=snapshot.marks,
        largest_step=snapshot.largest_step,
        edge=snapshot.edge,
        lipschitz=least(state.measured.lipschitz) if state else None,
        expansion=snapshot.expansion.largest if snapshot.expansion else None,
        repair=snapshot.diagnosis.repair if snapshot.diagnosis else {},
        proofs=certificates(snapshot.proofs),
        calls=curves.calls,
        moments=snapshot.moments,
        volumes=volumes,
    )


def back_at(frame: Frame, moment: RunMoment, truth: Array | None, cut: Cut = MIDDLE) -> Frame:
    """The same look at a run with the picture of an earlier moment."""
    if moment.unknown is not None:
        image, error, volumes = _images(moment.problem, moment.unknown, truth, cut)
    else:
        image = picture(moment.picture, cut)
        error = None if truth is None else image - truth
        volumes = _volumes(moment.problem, moment.picture, moment.picture)
    return replace(frame, image=image, error=error, at=moment.k, volumes=volumes)


def _images(problem: Problem, x: Tensor, truth: Array | None, cut: Cut) -> tuple[Array, Array | None, Volumes | None]:
    """An iterate, and its error up to what the operator cannot tell, where the truth is known; of volumes a plane."""
    shown = problem.picture(x)
    if truth is None:
        return picture(shown, cut), None, _volumes(problem, shown, shown)
    image, aligned = picture(shown, cut), problem.aligned(x)
    error = (image if aligned is shown else picture(aligned, cut)) - truth
    return image, error, _volumes(problem, shown, aligned)


def _volumes(problem: Problem, shown: Tensor, aligned: Tensor) -> Volumes | None:
    """The iterate beside what is on its grid, where it is a volume."""
    if shown.ndim != 5:
        return None
    return Volumes(shown, aligned, problem.truth, problem.y if problem.y.shape[2:] == shown.shape[2:] else None)


def picture(x: Tensor, cut: Cut = MIDDLE) -> Array:
    """The first signal of a batch as it is drawn: modulus if complex, channels last if three, else the first.

    Of a volume one plane.
    """
    x = cut.of(x[0].detach())
    x = (x.abs() if x.is_complex() else x).float()
    return (x.movedim(0, -1) if x.ndim == 3 and x.shape[0] == 3 else x[0]).cpu().numpy()


def data_picture(y: Tensor, cut: Cut = MIDDLE) -> tuple[Array, str]:
    """The data as they are drawn, with a label; complex data span decades, so they show their logarithm."""
    if not y.is_complex():
        return picture(y, cut), "data"
    size = y.abs()
    floor = 1e-3 * size.amax().clamp_min(1e-30)
    return picture(size.clamp_min(floor).log10(), cut), "log10 |data|"


def pictures(problem: Problem, version: int, cut: Cut = MIDDLE) -> ProblemPictures:
    """The truth, where it is known, and the data of a problem."""
    truth = None if problem.truth is None else picture(problem.truth, cut)
    y, unknown = problem.y, problem.picture(problem.zeros())
    vectors, volume = y.ndim > unknown.ndim, tuple(unknown.shape[2:]) if unknown.ndim == 5 else ()
    data, label = data_picture(y.abs().square().sum(2).sqrt() if vectors else y, cut)
    label = "length of the data's vectors" if vectors else label
    shape, axes = picture(unknown, cut).shape, data_axes(problem.operator) if y.ndim == 4 else None
    return ProblemPictures(version, truth, data, label, shape, volume, axes)
