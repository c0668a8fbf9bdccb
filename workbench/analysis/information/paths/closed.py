"""Exact paths of filters through the channel of a problem."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, get_args

import numpy as np
import torch

from workbench.analysis.information import channel, plane
from workbench.analysis.information.channel import GaussianChannel
from workbench.analysis.information.ensembles import GaussianRandomField
from workbench.analysis.information.filters import Filter
from workbench.analysis.information.paths.track import Array, Track
from workbench.noise import Gaussian
from workbench.operators import Basis, GaussianBlur, LinearOperator
from workbench.parameters import Checked, Range
from workbench.problem import Problem

_DEFAULT = (1, 64)  # signals of the channel that stands for an operator without modes


@dataclass(frozen=True)
class ClosedForm(metaclass=Checked):
    """What the closed form is asked: signals of c(f) = (1 + (f / corner)^2)^(-exponent / 2), and how many steps."""

    exponent: Annotated[float, Range(0, 6, limits=(0, 100)), "how fast the signals' spectrum falls"] = 2.0
    corner: Annotated[float, Range(0.5, 32, log=True, limits=(1e-6, 1e6)), "frequency where it begins to fall"] = 4.0
    steps: Annotated[int, Range(1, 300, log=True, limits=(1, 10_000)), "iterations"] = 60

    def process(self, basis: Basis) -> GaussianRandomField:
        return GaussianRandomField(self.exponent, self.corner, basis)


@dataclass(frozen=True)
class FilterPaths:
    """The closed form so far: `curve` is the bottleneck's (I(y;T), I(x;T)), `about` says of which channel."""

    about: str
    ceiling: float
    rule: str
    tracks: tuple[Track, ...] = ()
    curve: tuple[Array, Array] = (np.array([]), np.array([]))


def filter_paths(
    problem: Problem, form: ClosedForm, filters: tuple[Filter, ...], rule: plane.Resolution
) -> Iterator[FilterPaths]:
    """The paths of filters through the channel of a problem, one after the other."""
    there, about = channel_of(problem, form)
    found = FilterPaths(about, there.ceiling(), rule.rule)
    for algorithm in filters:
        done = found.tracks
        for path in plane.walk(there, algorithm, form.steps, rule):
            tracks = (*done, _track(type(algorithm).__name__, path))
            top = max(float(t.i_y.max()) for t in tracks)
            i_y = torch.linspace(0, 1.02 * top, 200, dtype=torch.float64)
            found = replace(found, tracks=tracks, curve=(i_y.numpy(), there.bottleneck().best(i_y).numpy()))
            yield found


def channel_of(problem: Problem, form: ClosedForm) -> tuple[GaussianChannel, str]:
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
    made = channel.of_operator(operator.cpu(), form.process(basis).spectrum(shape), sigma, basis)
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
