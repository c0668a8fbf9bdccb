"""The spectrum beside one person's run: what is studied, how far it is, and what the run leaves in it."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from workbench.algorithms import PreconditionedGradient
from workbench.analysis import spectrum
from workbench.analysis.spectrum import Cost, Glimpse, SpectralMeasure, SpectrumEstimate, glimpse, modes, preconditioned
from workbench.jobs import Status
from workbench.live.saved import Columns, spectrum_columns
from workbench.live.session import Session
from workbench.live.studies.denoiser_basis import DenoiserBasisStudy
from workbench.live.studies.instability import InstabilityStudy
from workbench.live.study import Studies, Study
from workbench.paths import Form
from workbench.preconditioners import Preconditioner
from workbench.problem import Problem

_MOST = 400  # looks along a run that are kept
_MOMENT = 5e6  # numbers that are multiplied by a Hessian in a moment
_COARSE = spectrum.SpectrumStudy(steps=20, probes=1)


class Spectra(Studies):
    """One finding of the `hessian` at a time, in the way that `way` says; `errors` holds one entry an iterate.

    Beside it go the spectrum of the `product` P H for a preconditioner, and looks at H `along` the run, `glimpses`.
    """

    def __init__(self, session: Session) -> None:
        self.session, self.way = session, spectrum.SpectrumStudy()
        self.at_start, self.every, self.k, self._posed = False, 0, 0, session.problem
        self.errors: list[tuple[int, Tensor]] = []
        self.glimpses: list[Glimpse] = []
        self.preconditioner: Preconditioner | None = None
        self.hessian: Study[SpectrumEstimate] = Study(self._device, self._studied, self._objective)
        self.product: Study[SpectralMeasure] = Study(self._device, self._preconditioned)
        self.along: Study[Glimpse] = Study(self._device, self._glimpsed)
        self.basis, self.instability = DenoiserBasisStudy(session), InstabilityStudy(session)
        super().__init__(self.hessian, self.product, self.along, self.basis, self.instability)
        session.looks.append(self.kept)

    def kept(self) -> Columns:
        """The spectrum of the run's Hessian as variables of its file."""
        found = self.hessian.current
        return {} if found is None else spectrum_columns(found, self.k)

    @property
    def finding(self) -> SpectrumEstimate | None:
        """The newest of the Hessian."""
        return self.hessian.result

    def set(self, path: str, value: Any) -> None:
        """Another way to look; a study under way begins anew."""
        form = self.grant(lambda: Form(self.way).taking(path, value))
        if form is not None:
            self.way = form.root
            if self.finding is not None:
                self.hessian.start()

    def restore(self) -> None:
        super().restore()
        self.way, self.at_start = spectrum.SpectrumStudy(), False
        self.hessian.again()

    def cost(self) -> str:
        """What the study takes at most, in words."""
        cost = self._cost()
        return f"at most {cost.products} Hessian products and {cost.bytes / 2**20:.0f} MiB"

    @property
    def small(self) -> bool:
        """Whether the study is over in a moment, so that nobody has to be asked."""
        return self._cost().products * self.session.problem.zeros()[:1].numel() <= _MOMENT

    def _cost(self) -> Cost:
        return self.way.cost(self.session.problem, self.session.problem.zeros()[:1])

    def cancel(self) -> None:
        """End the study; what it found stays."""
        self.hessian.cancel()
        self.product.cancel()
        self.along.forget()
        self.basis.cancel()
        self.instability.cancel()

    @property
    def metric(self) -> Preconditioner | None:
        """The P of a run whose steps go along P times the gradient: their bound is of P H; None where P is 1."""
        algorithm = self.session.experiment.algorithm
        return algorithm.preconditioner if isinstance(algorithm, PreconditionedGradient) else None

    def precondition(self, preconditioner: Preconditioner | None) -> None:
        """Look at the spectrum of P H beside that of H; None: not any more."""
        self.preconditioner = preconditioner
        self.product.start()

    def follow(self, every: int) -> None:
        """Look at the spectrum again after every so many iterations of the run; 0: never."""
        self.every, self.glimpses = every, []
        self.along.forget()

    def _objective(self) -> Hashable:
        """What the Hessian is of: the objective of a run that goes on at any k, or that of the moment in sight."""
        moment = self.session.moment
        return id(self.session.seen[0]), None if moment is None else moment.k

    def _device(self) -> str:
        return self.session.experiment.device

    def _studied(self) -> Callable[[], Iterator[SpectrumEstimate]]:
        """The Hessian of the problem there is now, at the iterate there is now, or at the first one."""
        self.product.cancel()
        self.along.forget()
        problem, (self.k, x), way = _one(self.session.seen[0]), self._there(), self.way
        self.errors, self.complaint = [], ""
        return lambda: way.of(problem, x)

    def _preconditioned(self) -> Callable[[], Iterator[SpectralMeasure]] | None:
        found, preconditioner, way = self.finding, self.preconditioner, self.way
        if found is None or preconditioner is None:
            return None
        return lambda: preconditioned(found.hessians, preconditioner, way)

    def _glimpsed(self) -> Callable[[], Iterator[Glimpse]]:
        problem, state, before = self.session.problem, self.session.job.latest.state, (self.glimpses or [None])[-1]
        k, x = (0, problem.start()) if state is None else (state.k, state.x)
        return lambda: glimpse(_one(problem), (k, x[:1]), before, _COARSE)

    def _take(self, changed: list[Study[Any]]) -> Hashable:
        if changed and self._posed is not self.session.problem:
            self.follow(self.every)  # another problem has another spectrum
        self._posed = self.session.problem
        result = self.along.result
        if result is not None and (not self.glimpses or self.glimpses[-1].k < result.k):
            self.glimpses = [*self.glimpses, result][-_MOST:]
        self._split()
        self._track()
        return len(self.errors) + len(self.glimpses)

    def _split(self) -> None:
        """The error of the iterate along each mode, where the truth is known."""
        state, truth = self.session.job.latest.state, self.session.problem.truth
        if self.finding is None or self.finding.pairs is None or state is None or truth is None:
            return
        if tuple(truth.shape[1:]) != self.session.problem.operator.in_shape:
            return  # modes of another unknown than the picture, which has no truth
        if self.errors and state.k < self.errors[-1][0]:
            self.errors = []
        if not self.errors or state.k > self.errors[-1][0]:
            with torch.no_grad():
                error = self.session.problem.aligned(state.x)[:1] - truth[:1].to(state.x)
                along, rest = modes.error_split(self.finding.pairs, error)
            self.errors.append((state.k, torch.cat([along[0], rest[:1]]).cpu()))

    def _track(self) -> None:
        """The next look along the run, once the last one is over and the run is far enough."""
        state = self.session.job.latest.state
        idle = not self.along.begun or self.along.status is Status.DONE
        if not self.every or state is None or not idle:
            return
        if self.glimpses and state.k < self.glimpses[-1].k:
            self.glimpses = []
        if not self.glimpses or state.k >= self.glimpses[-1].k + self.every:
            self.along.start()

    def _there(self) -> tuple[int, Tensor]:
        problem, state = self.session.seen
        if self.at_start or state is None:
            return 0, problem.start()[:1]
        return state.k, state.x[:1]


def _one(problem: Problem) -> Problem:
    """The problem of the first signal of the batch."""
    return replace(problem, y=problem.y[:1], truth=None if problem.truth is None else problem.truth[:1])
