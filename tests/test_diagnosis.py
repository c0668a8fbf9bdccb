"""Runs that go wrong are told why, and the values that come with it repair them."""

import inspect
import pickle
import time

import pytest
import torch

from tests.patience import PATIENCE
from workbench import algorithms, jobs
from workbench.algorithms import ADMM, FISTA, PDHG, Algorithm, GradientDescent, ProximalGradient
from workbench.analysis import certify
from workbench.analysis.progress import Progress
from workbench.jobs import Job, Status
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.parameters import changed, parameters
from workbench.priors import Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.run import Diagnosis, Diverged, Trouble, after, guard, iterate, objective, resume, run, until

SHAPE = (1, 16, 16)
FIRST_ORDER = [
    cls
    for name in algorithms.__all__
    if inspect.isclass(cls := getattr(algorithms, name)) and any(p.name == "step_size" for p in parameters(cls))
]


def small(prior=None) -> Problem:
    truth = torch.linspace(0, 1, 256, dtype=torch.float64).reshape(1, *SHAPE)
    return Problem.simulate(GaussianBlur(SHAPE, 1.0), Gaussian(0.1), prior or Tikhonov(1.0), truth)


def repaired(algorithm: Algorithm, diagnosis: Diagnosis) -> Algorithm:
    """What one click does."""
    return changed(algorithm, **{path.removeprefix("algorithm."): v for path, v in diagnosis.repair.items()})


def diverging(algorithm: Algorithm) -> Diverged:
    with pytest.raises(Diverged) as caught:
        for _ in until(guard(small(), algorithm, iterate(small(), algorithm)), after(3000)):
            pass
    return caught.value


def bounded() -> list[tuple[type, float]]:
    """The methods with a largest safe step on this problem, and that step."""
    found = []
    for cls in FIRST_ORDER:
        if not cls().unmet(small()):
            state = next(iter(iterate(small(), cls())))
            bound = cls().largest_step(state)
            found += [] if bound is None else [(cls, bound)]
    return found


@pytest.mark.parametrize(("cls", "bound"), bounded(), ids=lambda v: getattr(v, "__name__", ""))
def test_up_to_the_largest_step_all_is_well_and_far_above_it_is_named(cls, bound):
    *_, last = until(
        guard(small(), cls(step_size=0.95 * bound), iterate(small(), cls(step_size=0.95 * bound))), after(500)
    )
    assert cls.random or float(small().objective(last.x)) <= float(small().objective(small().start()))
    far = cls(step_size=4 * bound)
    # A method that never ends above its start has nothing to be warned of: it is asked without that guard.
    end = diverging(changed(far, safe=False) if hasattr(far, "safe") else far)
    assert end.diagnosis.trouble is Trouble.GROWTH
    assert end.diagnosis.repair == {"algorithm.step_size": None}
    assert "largest safe step" in str(end)
    assert f"{bound:.3g}" in str(end)
    assert end.state.x.isfinite().all()


@pytest.mark.parametrize("cls", [GradientDescent, ProximalGradient, FISTA])
def test_the_repair_resumes_the_run_and_it_converges(cls):
    wild = cls(step_size=1.0)
    end = diverging(wild)
    *_, last = until(resume(small(), repaired(wild, end.diagnosis), end.state), after(end.state.k + 500))
    assert float(certify(small(), cls(), last).relative) < 1e-6


@pytest.mark.parametrize("algorithm", [PDHG(), ADMM()], ids=lambda a: type(a).__name__)
def test_methods_that_converge_for_every_step_know_no_bound(algorithm):
    solved = small(TotalVariation(2.0))
    state = next(iter(iterate(solved, algorithm)))
    assert algorithm.largest_step(state) is None
    assert algorithm.current_step(state) > 0


def test_values_that_are_not_finite_are_named():
    problem, method = small(), GradientDescent()
    first = next(iterate(problem, method))
    first.x[0, 0, 3, 4] = torch.nan
    with pytest.raises(Diverged, match="not finite at the start") as caught:
        list(guard(problem, method, [first]))
    assert caught.value.diagnosis.trouble is Trouble.NOT_FINITE
    assert caught.value.diagnosis.repair == {}


def test_the_refusal_survives_a_process_border_and_the_run_keeps_its_words():
    end = diverging(GradientDescent(step_size=1.0))
    again = pickle.loads(pickle.dumps(end))
    assert (str(again), again.diagnosis) == (str(end), end.diagnosis)
    assert end.diagnosis.remedy in run(small(), GradientDescent(step_size=1.0), steps=200).attrs["stopped"]


def stalled(problem: Problem, algorithm: Algorithm, steps: int) -> Diagnosis | None:
    progress = Progress(problem, algorithm)
    for state in until(iterate(problem, algorithm), after(steps)):
        if progress.due(state) and (found := progress.look(state)):
            return found
    return None


@pytest.mark.parametrize(
    ("algorithm", "prior"),
    [
        (GradientDescent(step_size=1e-9), Tikhonov(1.0)),
        (FISTA(step_size=1e-10), TotalVariation(2.0)),
        (PDHG(step_size=1e-10), TotalVariation(2.0)),
        (ADMM(rho=1e9), TotalVariation(2.0)),
    ],
    ids=lambda v: type(v).__name__,
)
def test_standing_still_far_from_the_optimum_is_named_and_repaired(algorithm, prior):
    problem = small(prior)
    found = stalled(problem, algorithm, 400)
    assert found is not None and found.trouble is Trouble.STAGNATION
    assert "next to nothing" in str(found)
    assert list(found.repair.values()) == [None]
    assert stalled(problem, repaired(algorithm, found), 400) is None


@pytest.mark.parametrize("algorithm", [FISTA(), PDHG(), ADMM()], ids=lambda a: type(a).__name__)
def test_a_run_that_gets_on_or_has_arrived_is_left_alone(algorithm):
    assert stalled(small(TotalVariation(2.0)), algorithm, 1000) is None


def wait(job: Job, wanted) -> jobs.Snapshot:
    end = time.perf_counter() + PATIENCE
    while not wanted(job.latest):
        assert time.perf_counter() < end, job.latest.message
        time.sleep(0.01)
    return job.latest


def test_a_job_tells_both_with_their_repairs():
    runner = jobs.Runner("test")
    try:
        wild = runner.submit(Job(small(), GradientDescent(step_size=1.0), (objective,), 5000, 0))
        wild.play()
        snapshot = wait(wild, lambda s: s.status is Status.DIVERGED)
        assert snapshot.diagnosis.trouble is Trouble.GROWTH
        assert snapshot.diagnosis.repair == {"algorithm.step_size": None}
        wild.change(small(), repaired(GradientDescent(step_size=1.0), snapshot.diagnosis), "step found")
        assert wait(wild, lambda s: s.status is Status.DONE).diagnosis is None
        slow = runner.submit(Job(small(), GradientDescent(step_size=1e-9), (objective,), 1_000_000, 0))
        slow.play()
        snapshot = wait(slow, lambda s: s.diagnosis)
        assert snapshot.diagnosis.trouble is Trouble.STAGNATION
        assert snapshot.message == str(snapshot.diagnosis)
    finally:
        runner.close()
