"""A run that can be played, paused, stepped, slowed, changed and cancelled."""

import time
from collections.abc import Iterator
from itertools import chain

from workbench import devices
from workbench.algorithms import Algorithm, State
from workbench.jobs.allowance import Allowance
from workbench.jobs.branch import EarlierRun
from workbench.jobs.carrying import carried, kinds
from workbench.jobs.effort import Effort
from workbench.jobs.ending import RunEnding
from workbench.jobs.overseer import Overseer
from workbench.jobs.recorder import FRESH, Recorder
from workbench.jobs.snapshot import Snapshot
from workbench.jobs.trail import RunTrail, Spent
from workbench.jobs.turn import SLICE, Status, Turn, in_words
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import Diverged, Log, Probe, iterate, resume
from workbench.stopping import Stop

_STOPPED = (Status.DIVERGED, Status.DONE, Status.FAILED)


class Job(Turn):
    """One run under a Runner; it goes on from the end of `begun`, where one is given."""

    def __init__(
        self,
        problem: Problem,
        algorithm: Algorithm,
        probes: tuple[Probe, ...],
        steps: int,
        seed: int,
        begun: EarlierRun | None = None,
    ) -> None:
        super().__init__()
        self.problem, self.algorithm, self.seed = problem, algorithm, seed
        self.recorder, self._begun, self._trail = Recorder(probes), begun, RunTrail()
        self.latest = Snapshot(steps=steps)
        self._steps = self._stretch = steps
        self._marks: list[tuple[int, str]] = []
        self._status, self._message = Status.PAUSED, ""
        self._state: State | None = None
        self._states: Iterator[State] | None = None
        self._overseer: Overseer | None = None
        self._goal: int | None = None
        self._effort, self._ending = Effort(problem), RunEnding()
        self._pause, self._due, self._watched, self._news = 0.0, 0.0, False, False

    def play(self) -> None:
        """Run until `steps` are done; a run that was done or stopped goes on from its last good state."""
        self._ask(self._play)

    def pause(self) -> None:
        """Stop after the iteration under way."""
        self._ask(lambda: self._become(Status.PAUSED) if self._status is Status.RUNNING else None)

    def step(self, count: int = 1) -> None:
        """Do so many iterations, then pause."""
        self._ask(lambda: self._go_to(self._state.k + count if self._state else count))

    def prepare(self) -> None:
        """Make the first iterate, so that there is something to see, and wait."""
        self._ask(self._prepare)

    def cancel(self) -> None:
        """End the job; what it reached stays in `latest`."""
        self._ask(lambda: self._become(Status.CANCELLED))

    def slow(self, rate: float | None) -> None:
        """At most `rate` iterations a second; None for full speed."""
        self._ask(lambda: setattr(self, "_pause", 1 / rate if rate else 0.0))

    def prove(self, watched: bool) -> None:
        """Certificates often while they are watched, else now and then."""
        self._ask(lambda: setattr(self, "_watched", watched))

    def allow(self, allowance: Allowance) -> None:
        """End the run, with a sentence, where it has taken so much."""
        self._ask(lambda: setattr(self._ending, "allowance", allowance))

    def end_by(self, stop: Stop | None) -> None:
        """End the run where a rule holds; None for no rule."""
        self._ask(lambda: self._ending.follow(stop))

    def until(self, steps: int) -> None:
        """Set the number of iterations at which the job is done."""
        self._ask(lambda: self._set_steps(steps))

    def change(self, problem: Problem, algorithm: Algorithm, label: str) -> None:
        """Go on with another problem or algorithm from the next iteration, and leave a mark on the record."""
        self._ask(lambda: self._change(problem, algorithm, label))

    def rows(self, snapshot: Snapshot) -> Log:
        """What a snapshot shows as a log of its own, the last row whole. From any thread."""
        return self.recorder.rows(snapshot, self.problem, self.algorithm)

    @property
    def obedient(self) -> bool:
        """Whether `latest` tells of all that was asked; of a job that is over nothing more is told."""
        return self.latest.heard >= self.asked or self.latest.status is Status.CANCELLED

    # Below: only the runner's thread.

    def obey(self) -> None:
        """Carry out what was asked, and tell of all of it at once."""
        try:
            super().obey()
            self._settle()
        except Exception as error:
            self._failed(error)
        if self._news or self._heard > self.latest.heard:
            self._publish()

    def _become(self, status: Status, message: str = "") -> None:
        if self._status is not Status.CANCELLED:
            self._status, self._message, self._news = status, message, True

    def _play(self) -> None:
        if self._status is Status.DONE and self._state and self._state.k >= self._steps:
            self._steps += self._stretch
        self._run(None)

    def _prepare(self) -> None:
        """A run that waits does not look like one that runs meanwhile."""
        if self._state is None and self._status is Status.PAUSED:
            self._goal = 0
            self._iterate()

    def _go_to(self, k: int) -> None:
        self._due, self._steps = 0.0, max(self._steps, k)
        self._run(k)

    def _run(self, goal: int | None) -> None:
        self._goal = goal
        if self._overseer is not None and self._status is Status.DIVERGED:
            self._overseer.diagnosis = None
        self._become(Status.RUNNING)

    def _set_steps(self, steps: int) -> None:
        self._steps = self._stretch = steps
        if self._status is Status.DONE and self._state and self._state.k < steps:
            self._status = Status.PAUSED
        self._news = True

    def _change(self, problem: Problem, algorithm: Algorithm, label: str) -> None:
        if self._state is None:
            self.problem, self.algorithm = problem, algorithm
            self._effort.solve(problem)
            return
        self._news = True
        try:
            state = carried(self._state, (self.problem, self.algorithm), (problem, algorithm), self.seed)
        except Refusal as sentence:
            self._message = str(sentence)
            return
        if kinds(problem, algorithm) != kinds(self.problem, self.algorithm):
            self.recorder.measure()
        self.problem, self.algorithm, self._state = problem, algorithm, state
        self._effort.solve(problem)
        self._ending.renew()
        self._states = resume(problem, algorithm, state, self.seed)
        self._oversee(state)
        self._marks.append((state.k, label))
        self._message = ""
        if self._status in _STOPPED:
            self._steps = max(self._steps, state.k + self._stretch)
            self._status = Status.RUNNING

    def _oversee(self, state: State) -> None:
        if self._overseer is None:
            self._overseer = Overseer(self.problem, self.algorithm, self.seed)
        else:
            self._overseer.begin(self.problem, self.algorithm)
        self._overseer.guard(state)

    @property
    def status(self) -> Status:
        return self.latest.status

    def due(self, now: float) -> float | None:
        return max(self._due - now, 0.0) if self._status is Status.RUNNING else None

    def run_slice(self) -> None:
        end = time.perf_counter() + SLICE
        try:
            while self._status is Status.RUNNING and time.perf_counter() < end:
                self._iterate()
                super().obey()
                if self._pause:
                    self._due = time.perf_counter() + self._pause
                    break
            self._look()
            self._settle()
        except Exception as error:
            self._failed(error)
        self._publish()

    def _iterate(self) -> None:
        if self._state is not None and (spent := self._ending.allowance.spent(self._state.k, self._effort.seconds)):
            self._become(Status.DONE, spent)
            return
        with self._effort:
            if self._states is None:
                self._states = self._begin()
            state = next(self._states, None)
        if state is None:
            self._become(Status.DONE, "the algorithm has nothing left to do")
            return
        self._effort.reached(state.k)
        first, self._state = self._state is None, state
        if first:
            self._publish()  # a picture at once: the first probes may have to be compiled
            if self._overseer is None:
                self._oversee(state)
        else:
            self.recorder.stepped(self._effort.last)
        if self._overseer is not None and state.k <= FRESH:
            self._overseer.guard(state)
        self.recorder.take(self.problem, state, self._effort, self.algorithm.current_step(state))
        self._trail.look((self.problem, self.algorithm), state, Spent(self._effort.seconds, self._effort.calls))
        stepped = self._goal is not None and state.k >= self._goal
        if why := self._ending.said(self.problem, self.algorithm, state):
            self._become(Status.DONE, why)
        elif stepped or state.k >= self._steps:
            self._goal = None
            self._become(Status.PAUSED if stepped and state.k < self._steps else Status.DONE)

    def _begin(self) -> Iterator[State]:
        """States from the start, or those from the end of another run, whose rows and marks are there already."""
        states, begun = iterate(self.problem, self.algorithm, seed=self.seed), self._begun
        if begun is None:
            return states
        start = next(states)
        state = begun.state(self.problem, self.algorithm, start, self.seed)
        self._oversee(start)
        self.recorder.log, self._marks = begun.log(), list(begun.marks)
        self._trail = begun.trail(self.problem, self.algorithm)
        self._effort.follow(begun.seconds, begun.calls)
        return chain((state,), resume(self.problem, self.algorithm, state, self.seed))

    def _look(self) -> None:
        """At the end of a slice: is all well, and how far is the optimum?"""
        if self._state is None or self._overseer is None:
            return
        devices.synchronise(self._state.x.device)
        self._overseer.look(self._state, self._effort.seconds)
        if self._status is Status.RUNNING:
            self._overseer.prove(self._state, self._effort.seconds, self._watched)
        elif self._status is Status.DONE and self._watched:
            self._overseer.prove_last(self._state, self._effort.seconds)

    def _diverged(self, diverged: Diverged) -> None:
        """Back to the last good state: what came after it is forgotten, marked, and why is said."""
        self._state = diverged.state
        self._marks.append((diverged.state.k + 1, "diverged"))
        self._states = resume(self.problem, self.algorithm, diverged.state, self.seed)
        self.recorder.cut(diverged.state)
        self._trail.upto(diverged.state.k)
        if self._overseer is not None:
            self._overseer.proofs = [p for p in self._overseer.proofs if p.k <= diverged.state.k]
            self._overseer.diagnosis = diverged.diagnosis
        self._become(Status.DIVERGED, str(diverged))

    def _settle(self) -> None:
        """Record a state at which the run stands whole: what is seen of it stays."""
        state = self._state
        if state is not None and self._news and self._status is not Status.RUNNING and self.recorder.log.ks:
            self.recorder.take_whole(self.problem, state, self._effort, self.algorithm.current_step(state))

    def _failed(self, error: Exception) -> None:
        """A step or a probe that raised because values have left for infinity is a run that diverged."""
        try:
            if self._state is not None and self._overseer is not None and not isinstance(error, Diverged):
                self._overseer.guard(self._state)
        except Diverged as diverged:
            error = diverged
        if isinstance(error, Diverged):
            self._diverged(error)
            return
        # An iterator that has raised is over: whoever plays on begins again where it was.
        self._states = self._state and resume(self.problem, self.algorithm, self._state, self.seed)
        self._become(Status.FAILED, in_words(error))

    def _publish(self) -> None:
        self._news = False
        state, overseer = self._state, self._overseer
        diagnosis = overseer.diagnosis if overseer else None
        log, effort, trail = self.recorder.log, self._effort, self._trail
        self.latest = Snapshot(
            version=self.latest.version + 1, status=self._status, state=state, seconds=effort.seconds,
            message=self._message or str(diagnosis or ""), log=log, recorded=len(log.ks), marks=tuple(self._marks),
            steps=self._steps, diagnosis=diagnosis, proofs=tuple(overseer.proofs) if overseer else (),
            largest_step=self.algorithm.largest_step(state) if state is not None else None,
            expansion=overseer.expansion if overseer else None, heard=self._heard, calls=effort.calls,
            moments=trail.moments, ruled=self._ending.held, edge=state and self.algorithm.edge(state),
        )  # fmt: skip
