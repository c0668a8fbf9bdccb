"""The runner: turns, wishes between iterations, and a run that leaves for infinity."""

import re
import threading
import time
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from tests.patience import PATIENCE
from workbench import jobs, memory
from workbench.algorithms import FISTA, PDHG, Algorithm, GradientDescent, State
from workbench.jobs import Job, Status, recorder
from workbench.jobs.right_of_way import RightOfWay
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity
from workbench.parameters import changed
from workbench.priors import L1, Tikhonov
from workbench.problem import Problem
from workbench.run import after, iterate, objective, until

SHAPE = (1, 16, 16)


def small(prior=None, width: float = 1.0) -> Problem:
    truth = torch.linspace(0, 1, 256, dtype=torch.float64).reshape(1, *SHAPE)
    return Problem.simulate(GaussianBlur(SHAPE, width), Gaussian(0.1), prior or Tikhonov(1.0), truth)


@pytest.fixture
def runner():
    own = jobs.Runner("test")
    yield own
    own.close()


def job_of(problem: Problem, algorithm: Algorithm, steps: int = 50) -> Job:
    return Job(problem, algorithm, (objective,), steps, 0)


def wait(job: Job, *statuses: Status, seconds: float = PATIENCE) -> jobs.Snapshot:
    end = time.perf_counter() + seconds
    while job.latest.status not in statuses:
        assert time.perf_counter() < end, f"still {job.latest.status} at {job.latest.state and job.latest.state.k}"
        time.sleep(0.005)
    return job.latest


def reached(job: Job, k: int, *statuses: Status, seconds: float = PATIENCE) -> jobs.Snapshot:
    """The first look at iteration k or beyond, of a job that rests as one of `statuses` where some are given."""
    end = time.perf_counter() + seconds
    while (found := job.latest).state is None or found.state.k < k or found.status not in (statuses or Status):
        assert time.perf_counter() < end, f"still {found.status} at {found.state and found.state.k}"
        time.sleep(0.005)
    return found


def seen_by(runner: jobs.Runner) -> None:
    """The runner has seen all that was asked of it before: it works for its jobs in turn."""
    other = runner.submit(job_of(small(), GradientDescent(), 2))
    other.play()
    wait(other, Status.DONE)
    other.cancel()
    wait(other, Status.CANCELLED)


@dataclass(frozen=True)
class Slow(Algorithm):
    """Ten milliseconds an iteration, so that a test can act in the middle of a run."""

    def init(self, problem, x, rng):
        return State(x)

    def step(self, problem, state, rng):
        time.sleep(0.01)
        return replace(state, k=state.k + 1)


def test_a_played_job_equals_the_bare_loop(runner):
    problem = small()
    job = runner.submit(job_of(problem, GradientDescent()))
    assert job.latest.state is None
    job.play()
    snapshot = wait(job, Status.DONE)
    straight = list(until(iterate(problem, GradientDescent()), after(50)))[-1]
    assert snapshot.state.k == 50
    assert torch.equal(snapshot.state.x, straight.x)
    assert snapshot.log.ks[0] == 0 and snapshot.log.ks[-1] == 50


def test_a_prepared_job_has_a_first_iterate_and_never_looks_as_if_it_ran():
    job = job_of(small(), GradientDescent())
    job.prepare()
    job.obey()  # what its runner does first
    assert job.latest.status is Status.PAUSED and job.latest.state.k == 0
    assert job.due(time.perf_counter()) is None and job.latest.log.ks == [0]


def test_a_picture_at_once_does_not_tell_of_all_that_was_asked(monkeypatch):
    job, seen = job_of(small(), GradientDescent()), []
    monkeypatch.setattr(job.recorder, "take", lambda *given: seen.append((job.latest.state.k, job.obedient)))
    job.prepare()
    job.obey()
    assert seen == [(0, False)] and job.obedient and [m.k for m in job.latest.moments] == [0]


def test_a_job_waits_until_it_tells_of_what_was_asked():
    """Asked from one thread, obeyed in another: until then its latest look is that of before."""
    job = job_of(small(), FISTA(), 5)
    assert job.obedient
    job.play()
    job.slow(None)
    assert not job.obedient and job.latest.status is Status.QUEUED
    job.obey()
    assert job.obedient and job.latest.status is Status.RUNNING
    job.cancel()
    job.obey()
    job.slow(None)
    assert job.obedient, "nobody obeys for work that was ended"


def test_playing_a_done_job_goes_on_for_as_long_again(runner):
    job = runner.submit(job_of(small(), GradientDescent(), 5))
    job.play()
    wait(job, Status.DONE)
    job.play()
    assert reached(job, 10, Status.DONE).state.k == 10


def test_pause_step_and_cancel(runner):
    job = runner.submit(job_of(small(), Slow(), 1000))
    job.play()
    reached(job, 1)
    job.pause()
    k = wait(job, Status.PAUSED).state.k
    assert 0 < k < 1000
    job.step()
    assert reached(job, k + 1, Status.PAUSED).state.k == k + 1
    job.cancel()
    wait(job, Status.CANCELLED)
    job.play()
    seen_by(runner)
    assert job.latest.status is Status.CANCELLED
    assert job.latest.state.k == k + 1
    assert runner.jobs == 0


def test_a_slider_acts_at_the_next_iteration_and_leaves_a_mark(runner):
    problem = small(L1(0.1))
    job = runner.submit(job_of(problem, FISTA(), 20))
    job.play()
    wait(job, Status.DONE)
    job.change(replace(problem, prior=L1(5.0)), FISTA(), "prior.weight = 5")
    snapshot = reached(job, 40, Status.DONE)
    assert snapshot.marks == ((20, "prior.weight = 5"),)
    assert snapshot.state.k == 40
    reference = list(until(iterate(replace(problem, prior=L1(5.0)), FISTA()), after(400)))[-1].x
    before = list(until(iterate(problem, FISTA()), after(20)))[-1].x
    assert (snapshot.state.x - reference).norm() < (before - reference).norm()


def test_another_algorithm_and_another_operator_take_the_iterate_over(runner):
    problem = small(L1(0.1))
    job = runner.submit(job_of(problem, FISTA(), 30))
    job.play()
    end = wait(job, Status.DONE)
    job.change(problem, PDHG(), "PDHG")
    job.step()
    assert reached(job, end.state.k + 1, Status.PAUSED, Status.DONE).state.k == end.state.k + 1
    wider = small(L1(0.1), 3.0)
    job.change(wider, PDHG(), "operator.width = 3")
    job.step()
    last = reached(job, end.state.k + 2, Status.PAUSED, Status.DONE)
    assert last.state.k == end.state.k + 2
    assert len(last.marks) == 2


def test_a_change_that_cannot_run_leaves_the_run_as_it_was(runner):
    problem = small(L1(0.1))
    job = runner.submit(job_of(problem, FISTA(), 10))
    job.play()
    wait(job, Status.DONE)
    job.change(problem, GradientDescent(), "GradientDescent")
    seen_by(runner)
    assert "GradientDescent needs a gradient" in job.latest.message
    assert job.latest.state.k == 10
    assert job.latest.marks == ()


def test_a_diverging_run_keeps_its_last_good_state_and_names_the_safe_step(runner):
    problem = small()
    job = runner.submit(job_of(problem, GradientDescent(step_size=1.0), 100_000))
    job.play()
    snapshot = wait(job, Status.DIVERGED)
    assert bool(torch.isfinite(snapshot.state.x).all())
    assert "above the largest safe step" in snapshot.message
    job.change(problem, changed(job.algorithm, step_size=None), "algorithm.step_size = auto")
    job.until(snapshot.state.k + 20)
    wait(job, Status.DONE)


def test_a_refused_run_fails_with_its_sentence(runner):
    job = runner.submit(job_of(small(L1(0.1)), GradientDescent()))
    job.play()
    assert "needs a gradient" in wait(job, Status.FAILED).message


class Greedy(Identity):
    """An identity that asks its device for too much, as often as it is told to."""

    error: Exception | None = None

    def forward(self, x):
        if self.error is not None:
            raise self.error
        return x


GPU = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79 GiB.")


def test_a_run_without_memory_says_the_numbers_and_the_queue_goes_on(runner):
    operator = Greedy(SHAPE)
    problem = Problem.simulate(operator, Gaussian(0.1), Tikhonov(1.0), torch.ones(1, *SHAPE))
    greedy, other = (runner.submit(job_of(p, GradientDescent(), 10**6)) for p in (problem, small()))
    for job in (greedy, other):
        job.play()
    wait(other, Status.RUNNING)
    operator.error = GPU
    failed = wait(greedy, Status.FAILED)
    assert re.search(r"1 x 1 x 16 x 16: 20 GiB at once.* [\d.]+ [KMG]iB free on cpu.*smaller", failed.message)
    k = other.latest.state.k
    end = time.perf_counter() + PATIENCE
    while other.latest.state.k == k:
        assert time.perf_counter() < end, "the other run stands still"
    operator.error = None
    greedy.play()
    assert wait(greedy, Status.RUNNING).message == ""
    end = time.perf_counter() + PATIENCE
    while greedy.latest.state.k <= failed.state.k:
        assert time.perf_counter() < end, "the run does not go on from where it was"


def test_memory_of_the_processor_is_told_too():
    with pytest.raises(RuntimeError) as of_torch:
        torch.empty(2**46)
    with pytest.raises(MemoryError) as of_numpy:
        np.empty(2**46)
    for caught, amount in ((of_torch, "256 TiB"), (of_numpy, "512 TiB")):
        assert memory.exhausted(caught.value)
        assert f"{amount} at once" in str(memory.refusal(caught.value, "this", "cpu"))
    assert not memory.exhausted(RuntimeError("a bug"))


def test_slow_motion_keeps_to_its_rate(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    job = job_of(small(), GradientDescent(), 10_000)
    job.slow(20)
    job.play()
    job.obey()
    for k in range(12):
        assert job.due(now[0]) == pytest.approx(0.05 if k else 0)
        now[0] += job.due(now[0])
        job.run_slice()
        assert job.latest.state.k == k


def test_the_runner_waits_until_a_slow_run_is_due(runner):
    job = runner.submit(job_of(small(), GradientDescent(), 10_000))
    job.slow(20)
    begun = time.perf_counter()
    job.play()
    k = reached(job, 4).state.k
    assert k <= 20 * (time.perf_counter() - begun) + 1e-6, "not sooner; a busy machine may be later"


def test_two_jobs_share_the_thread_fairly(runner):
    pair = [runner.submit(job_of(small(), Slow(), 100_000)) for _ in range(2)]
    for job in pair:
        job.play()
    end = time.perf_counter() + PATIENCE
    while min(job.latest.state.k if job.latest.state else 0 for job in pair) < 20 and time.perf_counter() < end:
        time.sleep(0.01)
    ks = [job.latest.state.k for job in pair]
    assert min(ks) >= 20 and max(ks) <= 4 * min(ks)


def test_closing_ends_the_thread_and_cancels_the_jobs():
    own = jobs.Runner("short")
    job = own.submit(job_of(small(), Slow(), 100_000))
    job.play()
    reached(job, 1)
    own.close(60)
    assert job.latest.status is Status.CANCELLED
    assert "runner short" not in {thread.name for thread in threading.enumerate()}


def recorded(
    monkeypatch, step: float, probe: float, steps: int, stall: int = -1, must: tuple[int, ...] = ()
) -> list[int]:
    """The iterations a job records when a step and a look of the probes take so many seconds, by a clock of ours.

    The first look from iteration `stall` on takes 5 s besides; those of `must` have to be recorded.
    """
    stalls = [stall] if stall >= 0 else []
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    @dataclass(frozen=True)
    class Timed(Algorithm):
        def init(self, problem, x, rng):
            return State(x)

        def step(self, problem, state, rng):
            now[0] += step
            return replace(state, k=state.k + 1)

    def costly(problem, state):
        now[0] += probe
        if stalls and state.k >= stalls[0]:
            now[0] += 5
            stalls.pop()
        return {"age": torch.tensor([float(state.k)])}

    problem = Problem.simulate(Identity(SHAPE), Gaussian(), Tikhonov(), torch.zeros(1, *SHAPE))
    job = Job(problem, Timed(), (costly,), steps, 0)
    job.recorder.must = lambda state: state.k in must
    job.play()
    job.obey()
    while job.latest.status is Status.RUNNING:
        job.run_slice()
    return job.latest.log.ks


def test_states_that_must_be_recorded_are_though_probes_are_slow(monkeypatch):
    usual = recorded(monkeypatch, step=0.0001, probe=0.02, steps=300)
    assert not {97, 203} & set(usual) and len(usual) < 100
    assert {97, 203} <= set(recorded(monkeypatch, step=0.0001, probe=0.02, steps=300, must=(97, 203)))


def test_of_a_long_run_the_probes_take_only_their_share(monkeypatch):
    ks = recorded(monkeypatch, step=0.01, probe=0.02, steps=2000)
    assert ks[:11] == list(range(11)) and ks[-1] == 2000
    spent, allowed = 0.02 * len(ks[11:]), recorder.SHARE * 20 + recorder.ALLOWANCE
    assert allowed - 0.1 <= spent <= allowed + 0.05


def test_probes_that_cost_less_than_a_step_take_only_their_share_of_a_long_run_and_all_of_a_short_one(monkeypatch):
    ks = recorded(monkeypatch, step=0.01, probe=0.008, steps=2000)
    whole = 10 + int(recorder.CHEAP_ALLOWANCE / 0.008)
    assert ks[:whole] == list(range(whole)) and ks[-1] == 2000
    spent, allowed = 0.008 * len(ks[11:]), recorder.CHEAP_SHARE * 20 + recorder.CHEAP_ALLOWANCE
    assert allowed - 0.02 <= spent <= allowed + 0.02
    assert max(b - a for a, b in pairwise(ks)) <= 0.008 / (recorder.CHEAP_SHARE * 0.01) + 1, "without a gap"


def test_a_probe_that_once_had_to_wait_does_not_stop_the_curve(monkeypatch):
    ks = recorded(monkeypatch, step=0.01, probe=0.002, steps=2000, stall=100)
    assert max(b - a for a, b in pairwise(ks)) < 100


def test_a_short_run_has_a_whole_curve(monkeypatch):
    ks = recorded(monkeypatch, step=0.0015, probe=0.002, steps=300)
    assert max(b / max(a, 10) for a, b in pairwise(ks)) <= 1.3 and ks[-1] == 300


def test_runs_wait_while_a_page_is_built_and_never_for_ever():
    way, passed = RightOfWay(longest=60.0), threading.Event()

    def compute() -> None:
        way.wait()
        passed.set()

    way.take()
    thread = threading.Thread(target=compute)
    thread.start()
    assert not passed.wait(0.1)
    way.give_back()
    thread.join(30)
    assert passed.is_set()
    kept = RightOfWay(longest=0.01)
    kept.take()  # and is never given back
    kept.wait()


def test_a_snapshot_counts_the_calls_of_a_row_that_was_not_recorded(runner):
    """Two calls an iteration, also in the row that is made for a look between two recorded ones."""
    job = runner.submit(job_of(small(), FISTA(), 7))
    job.play()
    found = wait(job, Status.DONE)
    whole, made = job.rows(found), job.rows(replace(found, recorded=found.recorded - 1))
    assert found.calls == whole.calls[-1] == 14
    assert made.ks == whole.ks and list(made.calls) == list(whole.calls)
