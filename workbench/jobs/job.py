"""A run that can be played, paused, stepped, slowed, changed and cancelled."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch

from workbench import devices
from workbench.algorithms import Algorithm, State
from workbench.analysis.expansion import Safety
from workbench.analysis.progress import Progress
from workbench.diagnosis import Diagnosis
from workbench.jobs.snapshot import Proof, Snapshot
from workbench.jobs.turn import SLICE, Status, Turn, in_words
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import Diverged, Log, Probe, Row, Watch, iterate, resume
from workbench.tensors import stream

FRESH = 10  # the first iterations are all recorded: that is where curves bend
PROBE_SHARE = 0.02  # later, probes take at most this part of the solver's time,
ALLOWANCE = 0.05  # and so many seconds more, spent where k has grown by GROWN: short runs have whole curves too
GROWN = 1.15
INTERRUPTED = 4  # a probe that takes so many times the quickest one has waited for others, which is not its cost
LOOK_SHARE = 0.01  # and looks for stagnation, which may want a duality gap, at most this part
PROOF_SHARE = 0.2  # but where a person watches the certificate, at most this part
LOOK_COST = 100  # iterations that a look is taken to cost before one was made


class Job(Turn):
    """One run under a Runner."""

    def __init__(
        self, problem: Problem, algorithm: Algorithm, probes: tuple[Probe, ...], steps: int, seed: int
    ) -> None:
        super().__init__()
        self.must: Callable[[State], bool] = lambda state: False  # which states are recorded whatever that costs
        self.problem, self.algorithm, self.probes, self.seed = problem, algorithm, probes, seed
        self.latest = Snapshot(steps=steps)
        self._steps = self._stretch = steps
        self._log, self._marks = Log(), []
        self._status, self._message, self._state = Status.PAUSED, "", None
        self._states: Iterator[State] | None = None
        self._watch: Watch | None = None
        self._progress: Progress | None = None
        self._safety: Safety | None = None
        self._guarding = 0.0
        self._diagnosis: Diagnosis | None = None
        self._goal: int | None = None
        self._pause, self._due = 0.0, 0.0
        self._seconds, self._probing, self._quickest = 0.0, 0.0, math.inf
        self._looks: list[float] = []
        self._proofs: list[Proof] = []
        self._share = LOOK_SHARE

    def play(self) -> None:
        """Run until `steps` are done; a run that was done or stopped goes on from its last good state."""
        self._ask(self._play)

    def pause(self) -> None:
        """Stop after the iteration under way."""
        self._ask(lambda: self._become(Status.PAUSED) if self._status is Status.RUNNING else None)

    def step(self) -> None:
        """Do one iteration, then pause."""
        self._ask(lambda: self._go_to(self._state.k + 1 if self._state else 1))

    def prepare(self) -> None:
        """Make the first iterate, so that there is something to see, and wait."""
        self._ask(lambda: self._go_to(0) if self._state is None else None)

    def cancel(self) -> None:
        """End the job; what it reached stays in `latest`."""
        self._ask(lambda: self._become(Status.CANCELLED))

    def slow(self, rate: float | None) -> None:
        """At most `rate` iterations a second; None for full speed."""
        self._ask(lambda: setattr(self, "_pause", 1 / rate if rate else 0.0))

    def prove(self, watched: bool) -> None:
        """Certificates as often as PROOF_SHARE allows while they are watched, else now and then."""
        self._ask(lambda: setattr(self, "_share", PROOF_SHARE if watched else LOOK_SHARE))

    def until(self, steps: int) -> None:
        """Set the number of iterations at which the job is done."""
        self._ask(lambda: self._set_steps(steps))

    def change(self, problem: Problem, algorithm: Algorithm, label: str) -> None:
        """Go on with another problem or algorithm from the next iteration, and leave a mark on the record."""
        self._ask(lambda: self._change(problem, algorithm, label))

    # Below: only the runner's thread.

    def _become(self, status: Status, message: str = "") -> None:
        if self._status is not Status.CANCELLED:
            self._status, self._message = status, message
            self._publish()

    def _play(self) -> None:
        if self._status is Status.DONE:
            self._steps += self._stretch
        self._goal = None
        self._become(Status.RUNNING)

    def _go_to(self, k: int) -> None:
        self._goal, self._due = k, 0.0
        self._steps = max(self._steps, k)
        self._become(Status.RUNNING)

    def _set_steps(self, steps: int) -> None:
        self._steps = self._stretch = steps
        if self._status is Status.DONE and self._state and self._state.k < steps:
            self._status = Status.PAUSED
        self._publish()

    def _change(self, problem: Problem, algorithm: Algorithm, label: str) -> None:
        if self._state is None:
            self.problem, self.algorithm = problem, algorithm
            return
        try:
            state = carried(self._state, (self.problem, self.algorithm), (problem, algorithm), self.seed)
        except Refusal as sentence:
            self._message = str(sentence)
            self._publish()
            return
        self.problem, self.algorithm, self._state = problem, algorithm, state
        self._states = resume(problem, algorithm, state, self.seed)
        self._look_out()
        self._marks.append((state.k, label))
        self._message = ""
        if self._status in (Status.DIVERGED, Status.DONE, Status.FAILED):
            self._steps = max(self._steps, state.k + self._stretch)
            self._status = Status.RUNNING
        self._publish()

    def _look_out(self) -> None:
        self._watch = Watch(self.problem, self.algorithm)
        self._progress, self._diagnosis = Progress(self.problem, self.algorithm), None
        self._safety = Safety(self.problem, self.algorithm)

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
                self.obey()
                if self._pause:
                    self._due = time.perf_counter() + self._pause
                    break
            self._finish_slice()
        except Diverged as diverged:
            self._state = diverged.state
            self._states = resume(self.problem, self.algorithm, diverged.state, self.seed)
            self._log.cut(diverged.state)
            self._proofs = [p for p in self._proofs if p.k <= diverged.state.k]
            self._diagnosis = diverged.diagnosis
            self._become(Status.DIVERGED, str(diverged))
        except Exception as error:
            # An iterator that has raised is over: whoever plays on begins again where it was.
            going = self._state and resume(self.problem, self.algorithm, self._state, self.seed)
            self._states = going or None
            self._become(Status.FAILED, in_words(error))

    def _iterate(self) -> None:
        begin = time.perf_counter()
        if self._states is None:
            self._states = iterate(self.problem, self.algorithm, seed=self.seed)
            self._look_out()
        state = next(self._states, None)
        self._seconds += time.perf_counter() - begin
        if state is None:
            self._become(Status.DONE, "the algorithm has nothing left to do")
            return
        first, self._state = self._state is None, state
        if first:
            self._publish()  # a picture at once: the first probes may have to be compiled
        if state.k <= FRESH and self._watch:
            self._watch.look(state)
        if self.must(state) or self._worth_recording(state.k):
            self._record()
        stepped = self._goal is not None and state.k >= self._goal
        if stepped or state.k >= self._steps:
            self._record()
            self._goal = None
            self._become(Status.PAUSED if stepped and state.k < self._steps else Status.DONE)

    def _worth_recording(self, k: int) -> bool:
        beyond = self._probing - PROBE_SHARE * self._seconds
        return k <= FRESH or beyond <= 0 or (beyond <= ALLOWANCE and k >= GROWN * self._log.ks[-1])

    def _finish_slice(self) -> None:
        if self._state is None:
            return
        devices.synchronise(self._state.x.device)
        if self._watch:
            self._watch.look(self._state)
        if self._safety and self._safety.due(self._state, self._seconds, self._guarding):
            self._guard(self._safety, self._state)
        watched, new = self._share > LOOK_SHARE, not self._proofs or self._proofs[-1].k < self._state.k
        if self._progress and self._status is Status.RUNNING and self._affordable():
            due = self._progress.due(self._state)
            if due or (watched and new):
                self._look(self._progress, self._state, due)
        elif self._progress and self._status is Status.DONE and watched and new:
            self._look(self._progress, self._state, due=False)
        self._publish()

    def _guard(self, safety: Safety, state: State) -> None:
        begin = time.perf_counter()
        self._diagnosis = safety.look(state)
        self._message = str(self._diagnosis or "")
        self._guarding += time.perf_counter() - begin

    def _look(self, progress: Progress, state: State, due: bool) -> None:
        begin = time.perf_counter()
        with torch.no_grad():
            proof = progress.prove(state)
            if due:
                self._diagnosis = progress.look(state, proof)
                self._message = str(self._diagnosis or "")
        self._proofs.append(Proof(state.k, self._seconds, proof.kind, float(proof.relative.max())))
        self._looks.append(time.perf_counter() - begin)

    def _affordable(self) -> bool:
        """Whether one more look fits into its share of the solver's time."""
        k = max(self._state.k, 1) if self._state else 1
        cost = max(self._looks, default=LOOK_COST * self._seconds / k)
        return sum(self._looks) + cost <= self._share * self._seconds

    def _record(self) -> None:
        state = self._state
        if state is None or (self._log.ks and self._log.ks[-1] == state.k):
            return
        begin = time.perf_counter()
        with torch.no_grad():
            values = {n: v for probe in self.probes for n, v in probe(self.problem, state).items()}
        step = self.algorithm.current_step(state)
        if step is not None:
            values["step_size"] = torch.full((state.x.shape[0],), step)
        self._log.add(Row(state, self._seconds, values))
        if state.k > FRESH:
            spent = time.perf_counter() - begin
            self._quickest = min(self._quickest, spent)
            self._probing += min(spent, INTERRUPTED * self._quickest)

    def _publish(self) -> None:
        marks, count = tuple(self._marks), len(self._log.ks)
        self.latest = Snapshot(
            self.latest.version + 1,
            self._status,
            self._state,
            self._seconds,
            self._message,
            self._log,
            count,
            marks,
            self._steps,
            self._diagnosis,
            tuple(self._proofs),
            self.algorithm.largest_step(self._state) if self._state is not None else None,
            self._safety.latest if self._safety else None,
        )


Parts = tuple[Problem, Algorithm]


def carried(state: State, old: Parts, new: Parts, seed: int) -> State:
    """The state taken to another problem or algorithm: all of it where both know it, else x and k alone."""
    problem, algorithm = new
    if sentence := algorithm.unmet(problem):
        raise Refusal("an algorithm that can run on this problem", type(algorithm).__name__, sentence)
    kin = type(algorithm) is type(old[1]) and type(problem.prior) is type(old[0].prior)
    if kin and problem.y.shape == old[0].y.shape:
        return algorithm.adapt(problem, state)
    return replace(algorithm.init(problem, state.x, stream(seed, "restart", state.k, state.x.device)), k=state.k)
