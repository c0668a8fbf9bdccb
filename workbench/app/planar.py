"""What the information tab computes: exact paths of filters, sampled paths of algorithms, and what it draws of them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, get_args

import numpy as np
import torch

from workbench.algorithms import Algorithm
from workbench.analysis.information import PCA, Reading, Sliced, calibrate, channel, plane, sampled
from workbench.analysis.information.channel import GaussianChannel
from workbench.analysis.information.ensembles import GaussianProcess
from workbench.analysis.information.filters import Filter
from workbench.analysis.information.fronts import Front
from workbench.analysis.information.tasks import TASKS, BivariateNormal
from workbench.app.images import Array
from workbench.experiment import fit
from workbench.noise import Gaussian
from workbench.operators import Basis, GaussianBlur, LinearOperator
from workbench.parameters import Checked, Range
from workbench.problem import Problem
from workbench.tensors import Shape

_DEFAULT = (1, 64)  # signals of the channel that stands for an operator without modes
_LARGEST = 0.999999  # correlation
_LEAST = 0.1  # nats: the smallest truth that is worth a calibration


@dataclass(frozen=True)
class Look(metaclass=Checked):
    """What the closed form is asked: signals of c(f) = (1 + (f / corner)^2)^(-exponent / 2), and how many steps."""

    exponent: Annotated[float, Range(0, 6, limits=(0, 100)), "how fast the signals' spectrum falls"] = 2.0
    corner: Annotated[float, Range(0.5, 32, log=True, limits=(1e-6, 1e6)), "frequency where it begins to fall"] = 4.0
    steps: Annotated[int, Range(1, 300, log=True, limits=(1, 10_000)), "iterations"] = 60

    def process(self, basis: Basis) -> GaussianProcess:
        return GaussianProcess(self.exponent, self.corner, basis)


@dataclass(frozen=True)
class Size(metaclass=Checked):
    """Of which size the signals of an ensemble are."""

    side: Annotated[int, Range(8, 64, log=True, limits=(4, 256), unit="px"), "side of a signal"] = 16


@dataclass(frozen=True)
class Track:
    """A path in the plane as host arrays, an entry a reading; in bits but for the error."""

    name: str
    k: Array
    i_y: Array
    i_x: Array
    memorised: Array
    error: Array
    label: Array
    gap: float | None = None
    caveat: str = ""

    @property
    def best(self) -> int:
        """The entry of the least mean square error."""
        return int(self.error.argmin())

    @property
    def sentence(self) -> str:
        least = f"{self.name}: least mean square error {self.error[self.best]:.4g} at k = {self.k[self.best]:.0f}"
        gap = "" if self.gap is None else f", where it is {self.gap:.3g} bits below the bottleneck curve"
        return f"{least}{gap}. {self.caveat}".strip()


@dataclass(frozen=True)
class Found:
    """The closed form so far: `curve` is the bottleneck's (I(y;T), I(x;T)), `about` says of which channel."""

    about: str
    ceiling: float
    rule: str
    tracks: tuple[Track, ...] = ()
    curve: tuple[Array, Array] = (np.array([]), np.array([]))


def exact(problem: Problem, look: Look, filters: tuple[Filter, ...], rule: plane.Resolution) -> Iterator[Found]:
    """The paths of filters through the channel of a problem, one after the other."""
    there, about = channel_of(problem, look)
    found = Found(about, there.ceiling(), rule.rule)
    for algorithm in filters:
        done = found.tracks
        for path in plane.walk(there, algorithm, look.steps, rule):
            tracks = (*done, _track(type(algorithm).__name__, path))
            top = max(float(t.i_y.max()) for t in tracks)
            i_y = torch.linspace(0, 1.02 * top, 200, dtype=torch.float64)
            found = replace(found, tracks=tracks, curve=(i_y.numpy(), there.bottleneck().best(i_y).numpy()))
            yield found


def channel_of(problem: Problem, look: Look) -> tuple[GaussianChannel, str]:
    """The channel of operator and noise, or the one that stands for it, and a sentence that says which."""
    noise, words = problem.noise, []
    sigma = noise.sigma if isinstance(noise, Gaussian) else Gaussian().sigma
    if not isinstance(noise, Gaussian):
        words.append(
            f"The closed form has Gaussian noise, sigma = {sigma:g}; {type(noise).__name__} has to be sampled."
        )
    operator, basis = problem.operator, _basis(problem)
    if basis is None or not isinstance(operator, LinearOperator):
        name, operator, basis = type(operator).__name__, GaussianBlur(_DEFAULT, 2.0), "fourier"
        words.insert(0, f"{name} is diagonal in no basis of ours: here a periodic 1-D blur of width 2 stands for it.")
    shape = operator.in_shape
    made = channel.of_operator(operator.cpu(), look.process(basis).spectrum(shape), sigma, basis)
    size = "×".join(map(str, shape))
    words.append(f"{type(operator).__name__} of {size} normal signals, {basis} modes, sigma = {sigma:g}.")
    return made, " ".join(words)


def _basis(problem: Problem) -> Basis | None:
    operator = problem.operator
    if not isinstance(operator, LinearOperator):
        return None
    # Signals are no stationary process in the basis of pixels.
    return next((b for b in get_args(Basis) if b != "pixels" and operator.gram_in(b) is not None), None)


def _track(name: str, path: plane.Path) -> Track:
    k = np.arange(len(path.i_x))
    sides = (path.i_y, path.i_x, path.memorised, path.mean_square_error)
    return Track(name, k, *(s.numpy() for s in sides), label=np.full(len(k), np.nan), gap=path.gap, caveat=path.caveat)


@dataclass(frozen=True)
class Measured:
    """A sampled path so far, and afterwards the estimator's readings where the truth is known."""

    path: sampled.SampledPath
    readings: tuple[Reading, ...] = field(default=())

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


def shape_of(problem: Problem, side: int) -> Shape:
    """The shape of a problem's signals, no longer than that side."""
    channels, *space = problem.operator.in_shape
    return (channels, *(min(side, n) for n in space))


def small(problem: Problem, side: int) -> Problem:
    """The same operator, noise and prior for signals of that side."""
    operator = fit(problem.operator, shape_of(problem, side))
    middle = torch.full((1, *operator.in_shape), 0.5, dtype=problem.y.real.dtype)
    return Problem.simulate(operator, problem.noise, problem.prior, middle).to(problem.y.device)


def measured(like: Problem, algorithm: Algorithm, sampling: sampled.Sampling) -> Iterator[Measured]:
    """The sampled path, then the calibration of its estimator at the same sample size."""
    found = None
    for path in sampled.sampled_plane(like, algorithm, sampling):
        found = Measured(path)
        yield found
    if found is None:
        return
    for task in (matched(found.path, math.prod(like.operator.in_shape)), *TASKS):
        (reading,) = calibrate(sampling.estimator, sampling.count, sampling.seed, (task,))
        found = replace(found, readings=(*found.readings, reading))
        yield found


def matched(path: sampled.SampledPath, axes: int) -> BivariateNormal:
    """Normal pairs of as many dimensions as the estimator sees, that share as much as was read of x."""
    front = path.sampling.estimator
    axes = min(axes, front.dimensions if isinstance(front, PCA) else 1000)
    nats = max([p.i_x * math.log(2) for p in path.points] + [_LEAST])
    rho = math.sqrt(-math.expm1(-2 * nats / axes))
    return BivariateNormal(round(min(rho, _LARGEST), 6), axes)
