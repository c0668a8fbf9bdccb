"""Runs stopped by the risk that data tell: beside closed forms, Jacobians entry by entry, and the truth."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from workbench.algorithms import CGLS, MLEM, Landweber, UnadjustedLangevin
from workbench.cli import main
from workbench.data import truth
from workbench.noise import Gaussian, Laplace, Poisson
from workbench.operators import GaussianBlur, Identity, LinearOperator
from workbench.priors import SmoothedTotalVariation, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, resume, until
from workbench.stopping import LeastGCV, LeastSURE, parse
from workbench.stopping.risk import predictions
from workbench.tensors import norm

N, SIGMA = 40, 0.1
GAINS = torch.linspace(1, 0.02, N, dtype=torch.float64)


class Fading(LinearOperator):
    """A x = d x, d from 1 to 0.02: what is small in the data is what noise buries."""

    def __init__(self) -> None:
        super().__init__((1, N), (1, N))

    def forward(self, x):
        return GAINS * x

    def adjoint(self, y):
        return GAINS * y

    def closed_norm(self):
        return 1.0


@dataclass(frozen=True)
class FromZero(Landweber):
    def start(self, problem):
        return problem.zeros()


@pytest.fixture(scope="module")
def fading() -> Problem:
    x = torch.sin(torch.arange(N, dtype=torch.float64) / 4).reshape(1, 1, N)
    return Problem.simulate(Fading(), Gaussian(SIGMA), Zero(), x, seed=2)


def closed(problem: Problem, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """|y - A x_k|^2 and the degrees of freedom of Landweber from 0: filter factors 1 - (1 - d^2)^k, step 1 / |A|^2."""
    left = (1 - GAINS.numpy()[None] ** 2) ** np.arange(steps)[:, None]
    return ((left * problem.y.numpy().reshape(1, N)) ** 2).sum(1), (1 - left).sum(1)


def test_degrees_of_freedom_are_exact_on_a_diagonal_problem(fading):
    square, freedom = closed(fading, 60)
    found = [p for p, _ in zip(predictions(fading, FromZero(), 1, 0), range(60), strict=False)]
    np.testing.assert_allclose([p.square for p in found], square, rtol=1e-10)
    np.testing.assert_allclose([p.optimism / SIGMA**2 for p in found], freedom, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("rule", [LeastSURE(), LeastGCV()], ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize("given", [True, False], ids=["a start from zero that is given", "the method's own"])
def test_a_run_ends_at_the_minimum_of_the_closed_form(fading, rule, given):
    square, freedom = closed(fading, 400)
    curve = square + 2 * SIGMA**2 * freedom if isinstance(rule, LeastSURE) else square / (1 - freedom / N) ** 2
    first = next(k for k in range(390) if curve[k] < curve[k + 1 : k + 6].min())
    assert 2 < first < 380 and curve[first] == curve.min()
    algorithm, x = (Landweber(), fading.zeros()) if given else (FromZero(), None)
    said = []
    look = rule.begin(fading, algorithm)
    run = until(iterate(fading, algorithm, x), lambda state: said.append(look(state)) or said[-1])
    assert [state.k for state in run][-1] == first
    assert f"after {first} iterations" in said[-1]


@pytest.mark.parametrize("algorithm", [CGLS(), Landweber()], ids=lambda a: type(a).__name__)
def test_the_derivative_of_a_method_is_its_jacobian(fading, algorithm):
    """CGLS depends on the data through its Krylov space, and a usual start through its scale: by differences."""
    found = [p for p, _ in zip(predictions(fading, algorithm, 400, 0), range(4), strict=False)]
    h, jacobian = 1e-5, torch.zeros(4, N, dtype=torch.float64)
    for i in range(N):
        e = torch.zeros_like(fading.y)
        e[0, 0, i] = h
        ends = [list(until(iterate(replace(fading, y=fading.y + s * e), algorithm), after(3))) for s in (1, -1)]
        for k, (up, down) in enumerate(zip(*ends, strict=True)):
            jacobian[k, i] = (GAINS * (up.x - down.x))[0, 0, i] / (2 * h)
    for k in range(4):
        assert found[k].optimism / SIGMA**2 == pytest.approx(float(jacobian[k].sum()), rel=0.03)


def test_counts_are_stopped_where_the_truth_would_stop_them():
    seen = truth("coins", 24).double()
    problem = Problem.simulate(GaussianBlur((1, 24, 24), 1.0), Poisson(60.0), Zero(), seen, seed=3)
    run = list(until(iterate(problem, MLEM()), after(60)))
    errors = [float(norm(problem.operator(state.x - seen))) for state in run]
    rule = LeastSURE(probes=4).begin(problem, MLEM())
    *_, last = until(iter(run), rule)
    assert 1 < last.k < 60 and errors[last.k] < 1.05 * min(errors) and errors[60] > 1.1 * min(errors)


def test_a_run_that_goes_on_ends_where_the_whole_would(fading):
    rule = LeastSURE()
    *_, whole = until(iterate(fading, Landweber()), rule.begin(fading, Landweber()))
    *_, middle = until(iterate(fading, Landweber()), after(whole.k // 2))
    *_, last = until(resume(fading, Landweber(), middle), rule.begin(fading, Landweber()))
    assert last.k == whole.k and torch.equal(last.x, whole.x)
    other = replace(middle, x=middle.x + 1)
    with pytest.raises(Refusal, match="begin it anew"):
        list(until(resume(fading, Landweber(), other), rule.begin(fading, Landweber())))


def test_a_method_that_has_ended_is_left_alone(fading):
    """CGLS is done before the curve of so many states ahead could be seen."""
    rule = LeastSURE(ahead=50).begin(fading, CGLS())
    assert list(until(iterate(fading, CGLS()), rule))


def test_what_the_rules_cannot_read_is_refused(fading):
    small = Problem.simulate(Identity((1, 4, 4)), Laplace(), Zero(), torch.rand(1, 1, 4, 4, dtype=torch.float64))
    counts = replace(small, noise=Poisson(10.0), y=small.y.abs())
    grey = Problem.simulate(Identity((1, 4, 4)), Gaussian(), SmoothedTotalVariation(), small.truth)
    with pytest.raises(Refusal, match="white noise"):
        LeastGCV().begin(counts, MLEM())
    for problem, algorithm, words in (
        (small, Landweber(), "Gaussian, Poisson or Rician"),
        (grey, UnadjustedLangevin(), "draws its states"),
    ):
        with pytest.raises(Refusal, match=words):
            LeastSURE().begin(problem, algorithm)


def test_the_command_line_stops_early(capsys):
    words = ["--truth", "coins", "--size", "24", "--algorithm", "Landweber", "--prior", "Zero", "--steps", "200"]
    noise = ["--noise", "Gaussian", "--set", "noise.sigma=0.2"]
    assert main(["run", *words, *noise, "--stop", "leastsure=5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "estimated error of the data" in found["ended"]
    assert parse("leastgcv=3") == LeastGCV(3)
