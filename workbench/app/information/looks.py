"""The looks at information: closed forms of filters, samples of the session's algorithm, a denoiser's errors."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import panel as pn

from workbench.analysis.information.paths import SIGMAS, CalibratedPath, Denoised, FilterPaths, Track
from workbench.analysis.information.tasks import TASKS
from workbench.app.information.errors import DenoiserPicture
from workbench.app.information.pictures import CoursePicture, PlanePicture
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.words import Words
from workbench.app.toolkit.work_buttons import WorkButtons, starting
from workbench.jobs import Status
from workbench.live.planes import Planes
from workbench.live.study import Study

WIDTH = 205
_PATHS = (
    "Here will stand paths in the information plane, iteration by iteration: how much the iterate knows of the signal, "
    "against how much of the data it keeps; beside it the same over the iterations."
)
_AWAITED = "Draw shows how much each iteration of two filters knows of the signal, and how much of the data it keeps."


class Look(ABC):
    """Two pictures, controls of what is at `paths` beside them, `buttons` above, `note` below; `draw` what is new."""

    paths: ClassVar[tuple[str, ...]]
    awaited: ClassVar[str] = _PATHS  # what the pictures will be

    def __init__(self, planes: Planes) -> None:
        self.planes = planes
        self.pictures: tuple[pn.viewable.Viewable, ...] = self._pictures()
        self.status, self.note, self.table = Words(), Words(), Words()
        self.panel = FormPanel(planes.form, planes.ask, self.paths, sizing_mode=None, width=WIDTH)
        self.buttons: tuple[pn.viewable.Viewable, ...] = self._buttons()
        self.begin()

    @property
    def controls(self) -> tuple[pn.viewable.Viewable, ...]:
        return self.panel.element, self.table.element

    def draw(self) -> None:
        self.panel.refresh(self.planes.form)
        self._draw()

    @property
    @abstractmethod
    def study(self) -> Study[Any]:
        """What is drawn."""

    def begin(self) -> None:
        """The look is seen for the first time: a person has chosen it."""
        self.study.start()

    def _buttons(self) -> tuple[pn.viewable.Viewable, ...]:
        return ()

    @abstractmethod
    def _pictures(self) -> tuple[pn.viewable.Viewable, ...]:
        """Make the two pictures."""

    @abstractmethod
    def _draw(self) -> None:
        """Draw the newest result."""


class PlaneLook(Look):
    """Paths in the plane, and what goes on along them."""

    def _pictures(self) -> tuple[pn.viewable.Viewable, ...]:
        self.plane, self.course = PlanePicture(), CoursePicture()
        return self.plane.element, self.course.element

    def _show(self, tracks: tuple[Track, ...], rule: str) -> None:
        """The paths in both pictures, with the moment of the run that is looked at."""
        moment = self.planes.session.moment
        k = None if moment is None else moment.k
        self.plane.show(tracks, rule)
        self.plane.look_back(tracks, k)
        self.course.show(tracks)
        self.course.here.show(k)


class ClosedFormLook(PlaneLook):
    """Filters of the catalogue on normal signals, exactly."""

    paths = ("filter", "compared_with", "look", "sampling.resolution")

    @property
    def study(self) -> Study[FilterPaths]:
        return self.planes.closed

    def begin(self) -> None:
        if self.planes.small:
            super().begin()

    def _buttons(self) -> tuple[pn.viewable.Viewable, ...]:
        return (starting("Draw", "timeline", self.study.start),)

    def _draw(self) -> None:
        found = self.study.result
        if found is None:
            going = self.study.status is Status.RUNNING
            self.status.say("Filters go through it ..." if going else _AWAITED)
            return
        i_y, i_x = found.curve
        self.plane.limit(found.ceiling, f"I(x;y) = {found.ceiling:.6g}", float(i_y[-1]))
        self.plane.bend(i_y, i_x)
        self._show(found.tracks, found.rule)
        self.status.say(found.about)
        self.note.say("\n".join(track.sentence for track in found.tracks))


class SampledLook(PlaneLook):
    """An ensemble through the session's algorithm, read by an estimator, which is then put to the test."""

    paths = ("side", "sampling")

    @property
    def study(self) -> Study[CalibratedPath]:
        return self.planes.sampled

    def _buttons(self) -> tuple[pn.viewable.Viewable, ...]:
        work = self.study
        self.work = WorkButtons("sampling", starting("Measure", "play_circle", work.start), work)
        return self.work.all

    def _draw(self) -> None:
        planes, found = self.planes, self.study.result
        self.work.show(self.study.status)
        self.status.say(self._progress(found))
        tracks = (found.track(planes.algorithm),) if found and found.path.points else ()
        sampling = planes.choices.sampling if found is None else found.path.sampling
        self._show(tracks, sampling.resolution.rule)
        if found is None:
            self.note.say("")
            self.table.say("")
            return
        estimator, n = sampling.estimator, sampling.count
        end = max((float(np.nanmax(t.i_y)) for t in tracks), default=0.0)
        self.plane.limit(estimator.ceiling(n), f"most that N = {n} can show", end)
        said = (*(track.sentence for track in tracks), found.headline, found.path.note)
        self.note.say("\n".join(filter(None, said)))
        self.table.say(found.about)

    def _progress(self, found: CalibratedPath | None) -> str:
        if self.study.status is Status.CANCELLED and found is None:
            return "Measure sends an ensemble through the algorithm of this session, as one batch."
        latest = self.study.latest
        sampling = self.planes.choices.sampling if found is None else found.path.sampling
        reached = 0 if found is None else found.path.k
        done = f", {len(found.readings)} of {len(TASKS) + 1} calibrations" if found and found.readings else ""
        where = f"{self.planes.algorithm}, iteration {reached} of {sampling.steps}"
        return f"{latest.status}: {where}, N = {sampling.count}{done}, {latest.seconds:.1f} s"


class DenoiserLook(Look):
    """The errors of the session's prior as a denoiser, and the information that they stand for: I-MMSE."""

    paths = ("sampling.ensemble", "side")
    awaited = "Here will stand how well the prior denoises at each level of noise, and the information behind that."

    @property
    def study(self) -> Study[Denoised]:
        return self.planes.denoised

    def _pictures(self) -> tuple[pn.viewable.Viewable, ...]:
        self.errors = DenoiserPicture("mean square error a sample", bound="untouched")
        self.bits = DenoiserPicture("I(x; x + sigma w), bits a signal", bound="log₂ signals")
        return self.errors.element, self.bits.element

    def _draw(self) -> None:
        found, outcome = self.study.result, self.study.latest
        prior = type(self.planes.session.problem.prior).__name__
        done = 0 if found is None else len(found.sigma)
        self.status.say(f"{outcome.status}: the denoiser of {prior}, {done} of {len(SIGMAS)} levels of noise")
        if found is None:
            self.errors.clear()
            self.bits.clear()
            self.note.say("")
            return
        self.errors.show(found.sigma, (found.error, found.linear, found.sigma**2), found.prior)
        most = np.full_like(found.sigma, found.most if np.isfinite(found.most) else np.nan)
        self.bits.show(found.sigma, (found.bits, found.linear_bits, most), found.prior)
        self.note.say(found.sentence)
