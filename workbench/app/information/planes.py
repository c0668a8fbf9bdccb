"""The information plane of one person's reconstruction: closed form and samples, each a task that can be paused."""

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import torch

from workbench import catalog
from workbench.analysis.information import KSG, PCA, Estimator
from workbench.analysis.information.ensembles import GaussianProcess
from workbench.analysis.information.filters import HeavyBall, Landweber
from workbench.analysis.information.paths import (
    CalibratedPath,
    ClosedForm,
    Denoised,
    FilterPaths,
    calibrated_path,
    denoised,
    filter_paths,
)
from workbench.analysis.information.plane import FixedTau
from workbench.analysis.information.sampled import Sampling
from workbench.app.session import Session
from workbench.app.toolkit.study import Studies, Study
from workbench.experiment import fit
from workbench.parameters import Checked, Range, changed, describe, parameters
from workbench.problem import Problem
from workbench.tensors import Shape

NONE = "none"
_ESTIMATORS = catalog.members("estimator")
_FRONTS = [n for n, cls in _ESTIMATORS.items() if any(p.name == "estimator" for p in parameters(cls))]
MENUS: dict[str, dict[str, type | None]] = {
    "filter": dict(catalog.members("filter")),
    "other": {NONE: None, **catalog.members("filter")},
    "resolution": dict(catalog.members("resolution")),
    "ensemble": dict(catalog.members("ensemble")),
    "estimator": {n: cls for n, cls in _ESTIMATORS.items() if n not in _FRONTS},
    "front": {NONE: None, **{n: _ESTIMATORS[n] for n in _FRONTS}},
}
_MOMENT = 1e6  # numbers that a filter goes through in a moment
_OF_CLOSED = {"look", "filter", "other", "resolution"}  # the choices that the closed form depends on
_OF_DENOISED = {"ensemble", "size"}


@dataclass(frozen=True)
class Size(metaclass=Checked):
    """Of which size the signals of an ensemble are."""

    side: Annotated[int, Range(8, 64, log=True, limits=(4, 256), unit="px"), "side of a signal"] = 16


class Planes(Studies):
    """`parts` are the choices by name; of them and of the session's problem three studies are made.

    `closed` is the closed form, `sampled` a sampled path by `algorithm`, `denoised` has the errors of the prior's
    denoiser. What goes on is what a person began: only closed form and denoiser follow the session and the choices.
    """

    def __init__(self, session: Session) -> None:
        self.session, self.algorithm = session, ""
        self.parts: dict[str, Any] = {
            "look": ClosedForm(),
            "filter": Landweber(),
            "other": HeavyBall(),
            "resolution": FixedTau(),
            "size": Size(),
            "sampling": Sampling(),
            "ensemble": GaussianProcess(),
            "estimator": KSG(),
            "front": PCA(),
        }
        self.closed: Study[FilterPaths] = Study(self._device, self._draw, self._channel, stays=True)
        self.sampled: Study[CalibratedPath] = Study(self._device, self._measure)
        self.denoised: Study[Denoised] = Study(self._device, self._denoise, self._denoiser)
        super().__init__(self.closed, self.sampled, self.denoised)

    @property
    def estimator(self) -> Estimator:
        """The estimator, behind what is put in front of it."""
        front, estimator = self.parts["front"], self.parts["estimator"]
        return estimator if front is None else changed(front, estimator=estimator)

    @property
    def sampling(self) -> Sampling:
        parts = {name: self.parts[name] for name in ("ensemble", "resolution")}
        return changed(self.parts["sampling"], estimator=self.estimator, **parts)

    @property
    def small(self) -> bool:
        """Whether the closed form is drawn in a moment, so that nobody has to be asked."""
        return self.parts["look"].steps * math.prod(self.session.problem.operator.in_shape) <= _MOMENT

    def choose(self, kind: str, name: str) -> None:
        """Another filter, resolution, ensemble or estimator, by name; NONE where there may be none."""
        cls = MENUS[kind][name]
        self._become(kind, lambda: None if cls is None else cls())

    def set(self, path: str, value: Any) -> None:
        """Another value of a parameter: "look.steps", "filter.step", "resolution.rho"."""
        kind, _, name = path.partition(".")
        self._become(kind, lambda: changed(self.parts[kind], **{name: value}))

    def _become(self, kind: str, make: Callable[[], Any]) -> None:
        parts = self.grant(lambda: self.parts | {kind: make()})
        if parts is not None:
            self.parts = parts
            for study, kinds in ((self.closed, _OF_CLOSED), (self.denoised, _OF_DENOISED)):
                if kind in kinds:
                    study.again()

    def _draw(self) -> Callable[[], Iterator[FilterPaths]]:
        problem, parts, self.complaint = self.session.problem, self.parts, ""
        filters = tuple(f for f in (parts["filter"], parts["other"]) if f is not None)
        return lambda: filter_paths(problem, parts["look"], filters, parts["resolution"])

    def _measure(self) -> Callable[[], Iterator[CalibratedPath]]:
        """An ensemble through the session's algorithm."""
        problem, algorithm, self.complaint = self.session.problem, self.session.experiment.algorithm, ""
        sampling, side, self.algorithm = self.sampling, self.parts["size"].side, type(algorithm).__name__
        return lambda: calibrated_path(small(problem, side), algorithm, sampling)

    def _denoise(self) -> Callable[[], Iterator[Denoised]]:
        """The errors of the session's prior as a denoiser of the ensemble."""
        prior, ensemble, self.complaint = self.session.problem.prior, self.parts["ensemble"], ""
        shape = shape_of(self.session.problem, self.parts["size"].side)
        return lambda: denoised(prior, ensemble, shape)

    def _device(self) -> str:
        return self.session.experiment.device

    def _channel(self) -> Hashable:
        problem = self.session.problem
        return problem.operator.in_shape, str(describe(problem.operator)), str(describe(problem.noise))

    def _denoiser(self) -> Hashable:
        return self.session.problem.operator.in_shape, str(describe(self.session.problem.prior))


def shape_of(problem: Problem, side: int) -> Shape:
    """The shape of a problem's signals, no longer than that side."""
    channels, *space = problem.operator.in_shape
    return (channels, *(min(side, n) for n in space))


def small(problem: Problem, side: int) -> Problem:
    """The same operator, noise and prior for signals of that side."""
    operator = fit(problem.operator, shape_of(problem, side))
    middle = torch.full((1, *operator.in_shape), 0.5, dtype=problem.y.real.dtype)
    return Problem.simulate(operator, problem.noise, problem.prior, middle).to(problem.y.device)
