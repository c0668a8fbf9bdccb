"""The information plane of one person's reconstruction: closed form and samples, each a task that can be paused."""

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import torch

from workbench.analysis.information.filters import Filter, HeavyBallFilter, LandweberFilter
from workbench.analysis.information.paths import (
    CalibratedPath,
    ClosedForm,
    Denoised,
    FilterPaths,
    calibrated_path,
    denoised,
    filter_paths,
)
from workbench.analysis.information.sampled import PlaneSampling
from workbench.experiment import fit
from workbench.live.saved import Columns, plane_columns
from workbench.live.session import Session
from workbench.live.study import Studies, Study
from workbench.parameters import Checked, Range, describe
from workbench.paths import Form
from workbench.problem import Problem
from workbench.tensors import Shape

_MOMENT = 1e6  # numbers that a filter goes through in a moment


@dataclass(frozen=True)
class PlaneChoices(metaclass=Checked):
    """What can be chosen of the three studies; the closed form reads the resolution of the sampling, too."""

    filter: Annotated[Filter, "filter"] = LandweberFilter()
    compared_with: Annotated[Filter | None, "a second filter beside it"] = HeavyBallFilter()
    look: Annotated[ClosedForm, "how the closed form is drawn"] = ClosedForm()
    side: Annotated[int, Range(8, 64, log=True, limits=(4, 256), unit="px"), "side of a signal of the ensemble"] = 16
    sampling: Annotated[PlaneSampling, "what goes through the algorithm"] = PlaneSampling()


class Planes(Studies):
    """Of the `choices` and of the session's problem three studies are made.

    `closed` is the closed form, `sampled` a sampled path by `algorithm`, `denoised` has the errors of the prior's
    denoiser. What goes on is what a person began: only closed form and denoiser follow the session and the choices.
    """

    def __init__(self, session: Session) -> None:
        self.session, self.algorithm, self.choices = session, "", PlaneChoices()
        self.closed: Study[FilterPaths] = Study(self._device, self._draw, self._channel, stays=True)
        self.sampled: Study[CalibratedPath] = Study(self._device, self._measure)
        self._measured: Hashable = None
        self.denoised: Study[Denoised] = Study(self._device, self._denoise, self._denoiser)
        super().__init__(self.closed, self.sampled, self.denoised)
        session.looks.append(self.kept)

    def kept(self) -> Columns:
        """The paths of filters and of samples as variables of the run's file."""
        closed, sampled = self.closed.current, self.sampled.current
        tracks = [] if closed is None else [("closed_form", track) for track in closed.tracks]
        if sampled is not None and sampled.path.points and self._measured == self._run():
            tracks.append(("sampled", sampled.track(self.algorithm)))
        return plane_columns(tracks)

    @property
    def small(self) -> bool:
        """Whether the closed form is drawn in a moment, so that nobody has to be asked."""
        return self.choices.look.steps * math.prod(self.session.problem.operator.in_shape) <= _MOMENT

    @property
    def form(self) -> Form:
        """All that can be chosen, by path."""
        return Form(self.choices)

    def set(self, path: str, value: Any) -> None:
        """Another value, or a member by name: "filter", "filter.step", "sampling.estimator.dimensions"."""
        form, before = self.grant(lambda: self.form.taking(path, value)), self.choices
        if form is not None:
            self.choices = form.root
            for study, depends in ((self.closed, _of_closed), (self.denoised, _of_denoised)):
                if describe(depends(before)) != describe(depends(self.choices)):
                    study.again()

    def _take(self, changed: list[Study[Any]]) -> Hashable:
        return self.session.moment  # paths are marked there

    def restore(self) -> None:
        super().restore()
        self.choices = PlaneChoices()
        self.closed.again()
        self.denoised.again()

    def _draw(self) -> Callable[[], Iterator[FilterPaths]]:
        problem, chosen, self.complaint = self.session.problem, self.choices, ""
        filters = tuple(f for f in (chosen.filter, chosen.compared_with) if f is not None)
        return lambda: filter_paths(problem, chosen.look, filters, chosen.sampling.resolution)

    def _measure(self) -> Callable[[], Iterator[CalibratedPath]]:
        """An ensemble through the session's algorithm."""
        problem, algorithm, self.complaint = self.session.problem, self.session.experiment.algorithm, ""
        sampling, side, self.algorithm = self.choices.sampling, self.choices.side, type(algorithm).__name__
        self._measured = self._run()
        return lambda: calibrated_path(small(problem, side), algorithm, sampling)

    def _denoise(self) -> Callable[[], Iterator[Denoised]]:
        """The errors of the session's prior as a denoiser of the ensemble."""
        prior, ensemble, self.complaint = self.session.problem.prior, self.choices.sampling.ensemble, ""
        shape = shape_of(self.session.problem, self.choices.side)
        return lambda: denoised(prior, ensemble, shape)

    def _device(self) -> str:
        return self.session.experiment.device

    def _channel(self) -> Hashable:
        problem = self.session.problem
        return problem.given_operator.in_shape, str(describe(problem.given_operator)), str(describe(problem.noise))

    def _run(self) -> Hashable:
        """What a sampled path depends on."""
        problem = self.session.problem
        return self._channel(), str(describe(problem.prior.given)), str(describe(self.session.experiment.algorithm))

    def _denoiser(self) -> Hashable:
        problem = self.session.problem
        return problem.given_operator.in_shape, str(describe(problem.prior.given))


def _of_closed(chosen: PlaneChoices) -> tuple:
    return chosen.look, chosen.filter, chosen.compared_with, chosen.sampling.resolution


def _of_denoised(chosen: PlaneChoices) -> tuple:
    return chosen.sampling.ensemble, chosen.side


def shape_of(problem: Problem, side: int) -> Shape:
    """The shape of a problem's signals, no longer than that side."""
    channels, *space = problem.given_operator.in_shape
    return (channels, *(min(side, n) for n in space))


def small(problem: Problem, side: int) -> Problem:
    """The same operator, noise and prior for signals of that side."""
    operator = fit(problem.given_operator, shape_of(problem, side))
    middle = torch.full((1, *operator.in_shape), 0.5, dtype=problem.y.real.dtype)
    return Problem.simulate(operator, problem.noise, problem.prior.given, middle).to(problem.y.device)
