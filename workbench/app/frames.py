"""What the page draws, as plain host arrays: pictures of signals and frames of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from workbench.analysis import Kind
from workbench.analysis.expansion import Expansion
from workbench.jobs import Proof, Snapshot, Status
from workbench.problem import Problem
from workbench.run import Log
from workbench.tensors import least

Array = np.ndarray


@dataclass(frozen=True)
class Pictures:
    """Truth and data of a problem: (H, W), (H, W, 3) or (N,), and what the data's values are."""

    version: int
    truth: Array
    data: Array
    data_label: str


@dataclass(frozen=True)
class Frame:
    """One look at a run. `ks`, `seconds` and every curve have one entry per recorded iteration.

    `proofs`: the same columns for certificates, which are fewer; `repair`: values by path that mend a run in trouble;
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
    lipschitz: float | None = None
    expansion: tuple[float, float, float] | None = None
    repair: Mapping[str, Any] = field(default_factory=dict)
    proofs: Mapping[str, Array] = field(default_factory=dict)

    def at_k(self, name: str) -> float | None:
        """The value of a curve at the very iterate that is drawn; None where it was not looked at."""
        values = self.curves.get(name)
        known = values is not None and len(values) and self.ks[-1] == self.k and np.isfinite(values[-1])
        return float(values[-1]) if values is not None and known else None


def expansions(found: Expansion | None) -> tuple[float, float, float] | None:
    """The largest of the batch of each constant."""
    if found is None:
        return None
    return float(found.denoiser.max()), float(found.residual.max()), float(found.growth.max())


def certificates(proofs: tuple[Proof, ...]) -> dict[str, Array]:
    """Certificates as columns: k, seconds, and one for each kind, NaN where it was another."""
    columns = {"k": [p.k for p in proofs], "seconds": [p.seconds for p in proofs]}
    kinds = {str(kind): [p.relative if p.kind is kind else np.nan for p in proofs] for kind in Kind}
    return {name: np.asarray(column, float) for name, column in (columns | kinds).items()}


def frame_of(snapshot: Snapshot, curves: "Curves", problem: Problem, truth: Array, rate: float) -> Frame:
    """A snapshot as it is drawn, beside the picture of the truth; `curves` have read it.

    `rate` is in iterations a second, 0 where it is not known.
    """
    state, k = snapshot.state, snapshot.state.k if snapshot.state else 0
    image, error = _images(problem, state.x, truth) if state else (None, None)
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
        lipschitz=least(state.measured.get("lipschitz")) if state else None,
        expansion=expansions(snapshot.expansion),
        repair=snapshot.diagnosis.repair if snapshot.diagnosis else {},
        proofs=certificates(snapshot.proofs),
    )


def _images(problem: Problem, x: Tensor, truth: Array) -> tuple[Array, Array]:
    """An iterate, and its error up to what the operator cannot tell."""
    image, aligned = picture(x), problem.aligned(x)
    return image, (image if aligned is x else picture(aligned)) - truth


def picture(x: Tensor) -> Array:
    """The first signal of a batch as it is drawn: modulus if complex, channels last if three, else the first."""
    x = x[0].detach()
    x = (x.abs() if x.is_complex() else x).float()
    return (x.movedim(0, -1) if x.ndim == 3 and x.shape[0] == 3 else x[0]).cpu().numpy()


def data_picture(y: Tensor) -> tuple[Array, str]:
    """The data as they are drawn, with a label; complex data span decades, so they show their logarithm."""
    if not y.is_complex():
        return picture(y), "data"
    size = y.abs()
    floor = 1e-3 * size.amax().clamp_min(1e-30)
    return picture(size.clamp_min(floor).log10()), "log10 |data|"


def pictures(problem: Problem, version: int) -> Pictures:
    """The truth and the data of a problem; a zero truth where it is not known."""
    truth = problem.zeros() if problem.truth is None else problem.truth
    y, vectors = problem.y, problem.y.ndim > truth.ndim
    data, label = data_picture(y.abs().square().sum(2).sqrt() if vectors else y)
    label = "length of the data's vectors" if vectors else label
    return Pictures(version, picture(truth), data, label)


class Grown:
    """Numbers that become more, in an array with room to grow."""

    def __init__(self) -> None:
        self._room, self.count = np.empty(64), 0

    def put(self, begin: int, values: Any) -> None:
        """These numbers from place `begin` on, the last ones."""
        self.count = begin + len(values)
        if self.count > len(self._room):
            self._room = np.concatenate([self._room[:begin], np.empty(2 * self.count - begin)])
        self._room[begin : self.count] = values

    @property
    def array(self) -> Array:
        return self._room[: self.count]


class Curves:
    """The rows of a log as host arrays, copied from the device once, all that are new in one piece."""

    def __init__(self) -> None:
        self._forget(None)

    def _forget(self, log: Log | None) -> None:
        self._log, self._ks, self._seconds = log, Grown(), Grown()
        self._values: dict[str, Grown] = {}

    def read(self, snapshot: Snapshot) -> None:
        """Take in what the log has gained; start again when it is another log."""
        log, count = snapshot.log, snapshot.recorded
        if log is None or not count:
            return
        if log is not self._log or count < self._ks.count:
            self._forget(log)
        # The last row is read again: it may have been completed since.
        begin = max(self._ks.count - 1, 0)
        columns = log.columns(begin, count)
        table = torch.stack([column[:, 0] for column in columns.values()]).cpu().numpy()
        self._ks.put(begin, log.ks[begin:count])
        self._seconds.put(begin, log.seconds[begin:count])
        for name, values in zip(columns, table, strict=True):
            self._values.setdefault(name, Grown()).put(begin, values)

    @property
    def ks(self) -> Array:
        return self._ks.array

    @property
    def seconds(self) -> Array:
        return self._seconds.array

    def arrays(self) -> dict[str, Array]:
        return {name: grown.array for name, grown in self._values.items()}
