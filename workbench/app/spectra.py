"""The spectrum beside one person's run: what is studied, how far it is, and what the run leaves in it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from workbench.algorithms import PreconditionedGradient
from workbench.analysis.spectrum import Cost, Finding, Glimpse, SpectralMeasure, Study, glimpse, modes, preconditioned
from workbench.app.session import Session
from workbench.app.work import Work
from workbench.jobs import Status
from workbench.parameters import changed
from workbench.preconditioners import Preconditioner
from workbench.problem import Problem
from workbench.refusal import Refusal

_SETTLED = 0.5  # seconds that a slider has to rest before its spectrum is studied
_MOST = 400  # looks along a run that are kept
_MOMENT = 5e6  # numbers that are multiplied by a Hessian in a moment
_COARSE = Study(steps=20, probes=1)


class Spectra:
    """One study at a time on the run's device. `finding` is the newest; `errors` holds one entry an iterate."""

    def __init__(self, session: Session) -> None:
        self.session, self.study = session, Study()
        self.at_start, self.every = False, 0
        self.finding: Finding | None = None
        self.errors: list[tuple[int, Tensor]] = []
        self.glimpses: list[Glimpse] = []
        self.balanced: SpectralMeasure | None = None
        self.preconditioner: Preconditioner | None = None
        self.complaint, self.k = "", 0
        self.work: Work[Finding] = Work()
        self._side: Work[Any] = Work()
        self._seen: tuple = ()
        self._problem, self._moved = session.problem, 0.0

    @property
    def status(self) -> Status:
        """What the study is doing; cancelled where there is none."""
        return self.work.latest.status

    def set(self, name: str, value: Any) -> None:
        """Another way to look; a study under way begins anew."""
        try:
            self.study = changed(self.study, **{name: value})
        except Refusal as sentence:
            self.complaint = str(sentence)
            return
        self.complaint = ""
        if self.finding is not None:
            self.start()

    def cost(self) -> str:
        """What the study takes at most, in words."""
        cost = self._cost()
        return f"at most {cost.products} Hessian products and {cost.bytes / 2**20:.0f} MiB"

    @property
    def small(self) -> bool:
        """Whether the study is over in a moment, so that nobody has to be asked."""
        return self._cost().products * self.session.problem.zeros()[:1].numel() <= _MOMENT

    def _cost(self) -> Cost:
        return self.study.cost(self.session.problem, self.session.problem.zeros()[:1])

    def start(self) -> None:
        """Study the Hessian of the problem there is now, at the iterate there is now, or at the first one."""
        self.cancel()
        problem, (self.k, x) = _one(self.session.problem), self._there()
        self.finding, self.errors, self.complaint = None, [], ""
        self._problem = self.session.problem
        study = self.study
        self.work.start(self.session.experiment.device, lambda: study.of(problem, x))

    def toggle(self) -> None:
        """Pause a study that runs, go on with one that is paused."""
        self.work.toggle()

    def cancel(self) -> None:
        """End the study; what it found stays."""
        self.work.cancel()
        self._side.forget()

    def show(self, seen: bool) -> None:
        """Wait while it is out of sight."""
        for work in (self.work, self._side):
            work.show(seen)

    @property
    def metric(self) -> Preconditioner | None:
        """The P of a run whose steps go along P times the gradient: their bound is of P H; None where P is 1."""
        algorithm = self.session.experiment.algorithm
        return algorithm.preconditioner if isinstance(algorithm, PreconditionedGradient) else None

    def precondition(self, preconditioner: Preconditioner | None) -> None:
        """Look at the spectrum of P H beside that of H; None: not any more."""
        self.balanced, self.preconditioner = None, preconditioner
        if self.finding is not None and preconditioner is not None:
            there, study = self.finding.hessians, self.study
            self._begin_aside(lambda: preconditioned(there, preconditioner, study))

    def follow(self, every: int) -> None:
        """Look at the spectrum again after every so many iterations of the run; 0: never."""
        self.every, self.glimpses = every, []

    def tick(self) -> bool:
        """Take in what is new; whether there is something to draw."""
        self._renew()
        self._take()
        self._split()
        self._track()
        seen = (self.work.mark, self._side.mark, len(self.errors) + len(self.glimpses), self.complaint)
        fresh, self._seen = seen != self._seen, seen
        return fresh

    def _renew(self) -> None:
        """Another problem has another spectrum: study it once the hand rests."""
        if self._problem is not self.session.problem:
            self._problem, self._moved = self.session.problem, time.perf_counter()
            self.glimpses = []
        if self._moved and self.finding is not None and time.perf_counter() - self._moved > _SETTLED:
            self._moved = 0.0
            self.start()

    def _take(self) -> None:
        self.finding = self.work.latest.result or self.finding
        self.complaint = self.work.latest.message or self._side.latest.message or self.complaint
        result = self._side.latest.result
        if isinstance(result, SpectralMeasure):
            self.balanced = result
        elif isinstance(result, Glimpse) and (not self.glimpses or self.glimpses[-1].k < result.k):
            self.glimpses = [*self.glimpses, result][-_MOST:]

    def _split(self) -> None:
        """The error of the iterate along each mode, where the truth is known."""
        state, truth = self.session.job.latest.state, self.session.problem.truth
        if self.finding is None or self.finding.pairs is None or state is None or truth is None:
            return
        if self.errors and state.k < self.errors[-1][0]:
            self.errors = []
        if not self.errors or state.k > self.errors[-1][0]:
            with torch.no_grad():
                along, rest = modes.error_split(
                    self.finding.pairs, self.session.problem.aligned(state.x)[:1] - truth[:1].to(state.x)
                )
            self.errors.append((state.k, torch.cat([along[0], rest[:1]]).cpu()))

    def _track(self) -> None:
        """The next look along the run, once the last one is over and the run is far enough."""
        state = self.session.job.latest.state
        idle = not self._side.begun or self._side.latest.status is Status.DONE
        if not self.every or state is None or not idle:
            return
        if self.glimpses and state.k < self.glimpses[-1].k:
            self.glimpses = []
        if not self.glimpses or state.k >= self.glimpses[-1].k + self.every:
            problem, at, before = _one(self.session.problem), (state.k, state.x[:1]), (self.glimpses or [None])[-1]
            self._begin_aside(lambda: glimpse(problem, at, before, _COARSE))

    def _begin_aside(self, make: Callable[[], Iterator]) -> None:
        self._side.start(self.session.experiment.device, make)

    def _there(self) -> tuple[int, Tensor]:
        state = self.session.job.latest.state
        if self.at_start or state is None:
            return 0, self.session.problem.start()[:1]
        return state.k, state.x[:1]


def _one(problem: Problem) -> Problem:
    """The problem of the first signal of the batch."""
    return replace(problem, y=problem.y[:1], truth=None if problem.truth is None else problem.truth[:1])
