"""Applications of an operator are counted: against an operator that counts itself, and by hand."""

import dataclasses
import threading

import pytest
import torch

from workbench import jobs
from workbench.algorithms import FISTA, OSEM, PDHG, Kaczmarz, LevenbergMarquardt
from workbench.noise import Gaussian, Poisson
from workbench.operators import Composition, GaussianBlur, Identity, LinearOperator, Radon
from workbench.operators.calls import Calls
from workbench.operators.field import Field
from workbench.parameters import changed
from workbench.priors import Tikhonov, TotalVariation, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate, run

SHAPE = (1, 12, 12)


class SelfCounting(LinearOperator):
    """A blur that keeps its own account."""

    def __init__(self, shape: tuple[int, ...] = SHAPE) -> None:
        super().__init__(shape, shape)
        self.shape, self.inner, self.seen = shape, GaussianBlur(shape, 1.0), 0

    def forward(self, x):
        self.seen += 1
        return self.inner(x)

    def adjoint(self, y):
        self.seen += 1
        return self.inner.adjoint(y)


def problem_of(operator, prior=None, noise=None, seed=0):
    x = torch.rand((1, *operator.in_shape), generator=torch.Generator().manual_seed(seed))
    return Problem.simulate(operator, noise or Gaussian(0.1), prior or Tikhonov(1.0), x)


@pytest.mark.parametrize("algorithm", [FISTA(), PDHG(), LevenbergMarquardt()])
def test_the_calls_of_a_run_are_those_that_the_operator_sees_in_its_steps(algorithm):
    operator = SelfCounting()
    problem = problem_of(operator, TotalVariation(1.0) if isinstance(algorithm, PDHG) else None)
    states = iterate(problem, algorithm)
    next(states)
    operator.seen, seen = 0, [0]
    for state in states:
        seen.append(operator.seen)
        if state.k == 6:
            break
    assert run(problem, algorithm, steps=6).calls.values.tolist() == seen
    assert seen[-1] > 0


def test_what_an_operator_calls_inside_itself_counts_once():
    inner = GaussianBlur(SHAPE, 1.0)
    whole, x = Composition(inner, inner), torch.zeros(1, *SHAPE)
    with Calls(whole) as calls:
        whole.adjoint(whole(x))
        inner(x)
    assert calls.total == 2
    with Calls(inner) as calls:
        whole.gram(x)
    assert calls.total == 4


def test_what_is_closed_calls_nothing_and_nothing_is_counted_outside():
    blur, x = GaussianBlur(SHAPE, 1.0), torch.ones(1, *SHAPE)
    calls = Calls(blur)
    blur(x)
    with calls:
        blur.gram_inverse(x, 1.0)
    blur.adjoint(x)
    assert calls.total == 0


def test_blocks_of_a_scan_count_as_their_part():
    scan = Radon((1, 16, 16), 12)
    counts = problem_of(scan, Zero(), Poisson())
    # x / (A_s* 1) A_s* (y / A_s x) of every block, and the likelihood, of A x, before and after them.
    assert run(counts, OSEM(blocks=4), steps=3).calls.values.tolist() == pytest.approx([0, 5, 10, 15])


def test_blocks_that_apply_all_of_an_operator_count_for_all_of_it():
    blur = SelfCounting()
    problem = problem_of(blur, Zero())
    states = iterate(problem, Kaczmarz(blocks=3))
    next(states)
    blur.seen = 0
    next(states)
    seen = blur.seen
    assert run(problem, Kaczmarz(blocks=3), steps=1).calls.values[-1] == seen > 2


def test_another_thread_is_not_counted():
    blur, x = GaussianBlur(SHAPE, 1.0), torch.zeros(1, *SHAPE)
    with Calls(blur) as calls:
        other = threading.Thread(target=lambda: blur(x))
        other.start()
        other.join()
    assert calls.total == 0


def test_a_job_counts_as_a_run_does_and_goes_on_counting_when_it_is_changed():
    problem = problem_of(GaussianBlur(SHAPE, 1.0))
    job = jobs.Job(problem, FISTA(), (), 5, 0)
    job.play()
    finish(job)
    straight = run(problem, FISTA(), steps=5).calls.values.tolist()
    assert job.latest.log is not None and job.latest.log.calls == straight
    other = problem_of(Identity(SHAPE))
    job.change(other, FISTA(), "another operator")
    finish(job)
    assert job.latest.k == 10 and job.latest.log.calls[-1] == straight[-1] + 10


def finish(job):
    job.obey()
    while job.latest.status is jobs.Status.RUNNING:
        job.run_slice()


def test_pickled_and_changed_operators_count_too():
    made = changed(GaussianBlur(SHAPE, 1.0), width=2.0)
    with Calls(made) as calls:
        made.at(torch.zeros(1, *SHAPE)).adjoint(torch.zeros(1, *SHAPE))
    assert calls.total == 1 and Field.REAL in made.field


class WritingIdentity(LinearOperator):
    """One that writes into what it is given: the iterate of a method."""

    def __init__(self, shape: tuple[int, ...] = SHAPE, side: str = "forward") -> None:
        super().__init__(shape, shape)
        self.shape, self.side = shape, side

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mul_(0.5) if self.side == "forward" else 0.5 * x

    def adjoint(self, y: torch.Tensor) -> torch.Tensor:
        return y.mul_(0.5) if self.side == "adjoint" else 0.5 * y


@pytest.mark.parametrize("side", ["forward", "adjoint"])
def test_an_operator_that_writes_into_its_signal_is_refused(side):
    """Its run had 10.9 dB where the same operator had 24.7, and no word."""
    problem = problem_of(WritingIdentity(side="none"))
    writing = dataclasses.replace(problem, operator=WritingIdentity(side=side))
    with pytest.raises(Refusal, match=f"WritingIdentity, whose {side} writes into it"):
        run(writing, FISTA(), steps=3)
    with torch.inference_mode():  # whose tensors keep no count of writes
        assert float(problem.operator(torch.ones(1, *SHAPE)).mean()) == 0.5
