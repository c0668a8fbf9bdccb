"""The information plane of one person's reconstruction: closed form and samples, each a task that can be paused."""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

from workbench import catalog, jobs
from workbench.analysis.information import KSG, PCA, Estimator
from workbench.analysis.information.ensembles import GaussianProcess
from workbench.analysis.information.filters import HeavyBall, Landweber
from workbench.analysis.information.plane import FixedTau
from workbench.analysis.information.sampled import Sampling
from workbench.app import planar
from workbench.app.denoising import Denoised, denoised
from workbench.app.session import Session
from workbench.app.work import Work
from workbench.parameters import changed, describe, parameters
from workbench.refusal import Refusal

NONE = "none"
_SETTLED = 0.5  # seconds that a slider of the session has to rest before its plane is drawn again
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


class Planes:
    """`parts` are the choices by name; `found` is the newest closed form, `measured` the newest sampled path.

    `denoised` has the newest errors of the prior's denoiser.
    `complaint` says why a wish cannot be granted; why a task stopped is its message.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.parts: dict[str, Any] = {
            "look": planar.Look(),
            "filter": Landweber(),
            "other": HeavyBall(),
            "resolution": FixedTau(),
            "size": planar.Size(),
            "sampling": Sampling(),
            "ensemble": GaussianProcess(),
            "estimator": KSG(),
            "front": PCA(),
        }
        self.found: planar.Found | None = None
        self.measured: planar.Measured | None = None
        self.denoised: Denoised | None = None
        self.algorithm, self.complaint = "", ""
        self._closed: Work[planar.Found] = Work()
        self._sampled: Work[planar.Measured] = Work()
        self._denoised: Work[Denoised] = Work()
        self._seen: tuple = ()
        self._channel, self._moved = self._described(), 0.0

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
    def drawing(self) -> jobs.Outcome[planar.Found]:
        """What the closed form is doing; cancelled where there is none."""
        return self._closed.latest

    @property
    def latest(self) -> jobs.Outcome[planar.Measured]:
        """What the sampled task is doing; cancelled where there is none."""
        return self._sampled.latest

    @property
    def denoising(self) -> jobs.Outcome[Denoised]:
        """What the errors of the denoiser are doing; cancelled where there are none."""
        return self._denoised.latest

    @property
    def small(self) -> bool:
        """Whether the closed form is drawn in a moment, so that nobody has to be asked."""
        return self.parts["look"].steps * math.prod(self.session.problem.operator.in_shape) <= _MOMENT

    # Wishes.

    def choose(self, kind: str, name: str) -> None:
        """Another filter, resolution, ensemble or estimator, by name; NONE where there may be none."""
        cls = MENUS[kind][name]
        self._take(kind, lambda: None if cls is None else cls())

    def set(self, path: str, value: Any) -> None:
        """Another value of a parameter: "look.steps", "filter.step", "resolution.rho"."""
        kind, _, name = path.partition(".")
        self._take(kind, lambda: changed(self.parts[kind], **{name: value}))

    def draw(self) -> None:
        """The closed form anew."""
        problem, parts, self._channel = self.session.problem, dict(self.parts), self._described()
        filters = tuple(f for f in (parts["filter"], parts["other"]) if f is not None)
        self._start(self._closed, lambda: planar.exact(problem, parts["look"], filters, parts["resolution"]))

    def measure(self) -> None:
        """An ensemble through the session's algorithm, anew."""
        experiment = self.session.experiment
        self.measured, self.complaint, self.algorithm = None, "", type(experiment.algorithm).__name__
        problem, algorithm, sampling = self.session.problem, experiment.algorithm, self.sampling
        side = self.parts["size"].side
        self._start(self._sampled, lambda: planar.measured(planar.small(problem, side), algorithm, sampling))

    def denoise(self) -> None:
        """The errors of the session's prior as a denoiser of the ensemble, anew."""
        self.denoised, self.complaint = None, ""
        problem, ensemble, side = self.session.problem, self.parts["ensemble"], self.parts["size"].side
        self._start(self._denoised, lambda: denoised(problem.prior, ensemble, planar.shape_of(problem, side)))

    def toggle(self) -> None:
        """Pause the sampling that runs, go on with one that is paused."""
        self._sampled.toggle()

    def cancel(self) -> None:
        """End the sampling; what it read stays."""
        self._sampled.cancel()

    def close(self) -> None:
        """The person has gone."""
        for work in self._works:
            work.cancel()

    def show(self, seen: bool) -> None:
        """Wait while it is out of sight."""
        for work in self._works:
            work.show(seen)

    @property
    def _works(self) -> tuple[Work, ...]:
        return self._closed, self._sampled, self._denoised

    # What is looked at.

    def tick(self) -> bool:
        """Take in what is new; whether there is something to draw."""
        self._renew()
        self.found = self.drawing.result or self.found
        self.measured = self.latest.result or self.measured
        self.denoised = self.denoising.result or self.denoised
        seen = (*(work.mark for work in self._works), self.complaint)
        fresh, self._seen = seen != self._seen, seen
        return fresh

    def _renew(self) -> None:
        """Another operator or noise is another channel, another prior another denoiser: once the hand rests."""
        if self._described() != self._channel:
            self._channel, self._moved = self._described(), time.perf_counter()
        if self._moved and time.perf_counter() - self._moved > _SETTLED:
            self._moved, self.complaint = 0.0, ""
            if self._closed.begun:
                self.draw()
            if self._denoised.begun:
                self.denoise()

    def _described(self) -> tuple:
        problem = self.session.problem
        parts = (problem.operator, problem.noise, problem.prior)
        return problem.operator.in_shape, *(str(describe(part)) for part in parts)

    def _take(self, kind: str, make: Callable[[], Any]) -> None:
        try:
            self.parts[kind] = make()
        except Refusal as sentence:
            self.complaint = str(sentence)
            return
        self.complaint = ""
        if kind in _OF_CLOSED and self._closed.begun:
            self.draw()
        if kind in _OF_DENOISED and self._denoised.begun:
            self.denoise()

    def _start(self, work: Work, make: Callable[[], Iterator]) -> None:
        work.start(self.session.experiment.device, make)
